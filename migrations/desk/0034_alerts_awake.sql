-- Until when rules were watched: what lies between then and the next start is nobody's silence.
ALTER TABLE alert_own ADD COLUMN awake INTEGER;
