-- How often the secret of a rule's webhook was made anew: it is made from this too.
ALTER TABLE alert_rule ADD COLUMN secrets INTEGER NOT NULL DEFAULT 0;
