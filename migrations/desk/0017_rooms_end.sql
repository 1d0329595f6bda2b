-- How rooms end. An archived one can be read and found, and nothing changes in it. A deleted one is nobody's any more: its
-- name and its members are gone at once, and what was said in it is removed in small steps.
ALTER TABLE room ADD COLUMN archived INTEGER; -- µs UTC
ALTER TABLE room ADD COLUMN deleted INTEGER;  -- µs UTC
CREATE INDEX room_deleted ON room (deleted) WHERE deleted IS NOT NULL;
