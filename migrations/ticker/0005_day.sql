-- What a change is counted from comes of the bars, which any order of ticks makes the same. Kept beside the price is only
-- what senders say of a UTC day: what it opened at, and what the day before closed at, each with the time (microseconds
-- since 1970) of the tick that said so.
ALTER TABLE quote DROP COLUMN open;
ALTER TABLE quote DROP COLUMN open_day;
ALTER TABLE quote ADD COLUMN said_open TEXT;
ALTER TABLE quote ADD COLUMN said_open_time INTEGER;
ALTER TABLE quote ADD COLUMN said_close TEXT;
ALTER TABLE quote ADD COLUMN said_close_time INTEGER;
