-- What becomes of a message after it was said. Each change gives it the room's next `changed`.

-- The last place given out. Places have no holes, so that what is unread can be counted; changes leave some in `changed`.
ALTER TABLE room ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
UPDATE room SET said = changed; -- so far every change was a message

ALTER TABLE message ADD COLUMN html TEXT;       -- the body rendered; NULL where nothing in it is marked up
ALTER TABLE message ADD COLUMN reply INTEGER;   -- seq of what it answers, in the same room
ALTER TABLE message ADD COLUMN edited INTEGER;  -- µs UTC
ALTER TABLE message ADD COLUMN deleted INTEGER; -- µs UTC; body and html are empty then

-- What an edited message said before, until it is deleted.
CREATE TABLE revision (
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    body TEXT    NOT NULL,
    at   INTEGER NOT NULL, -- µs UTC, when it was replaced
    PRIMARY KEY (room, seq, at),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE reaction (
    room  INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    emoji TEXT    NOT NULL,
    user  INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    at    INTEGER NOT NULL, -- µs UTC
    PRIMARY KEY (room, seq, emoji, user),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
