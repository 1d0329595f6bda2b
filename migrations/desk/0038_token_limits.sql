-- What a token may bring of log lines in a minute, where an administrator has set it; NULL: as much as any.
ALTER TABLE token ADD COLUMN lines_a_minute INTEGER;
ALTER TABLE token ADD COLUMN bytes_a_minute INTEGER;
