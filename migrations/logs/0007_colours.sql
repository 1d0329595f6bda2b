-- How the text looks where it came with colours: JSON, [[from which byte on, how], ...], as `logs/colours` has it.
ALTER TABLE line ADD COLUMN colours TEXT;
