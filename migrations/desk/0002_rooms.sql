-- Rooms and what was said in them.
--
-- Every room counts its changes: a new message takes the next number as its `seq` and its `changed`; a later
-- change of the message (edit, deletion, reaction) gives it a new `changed`. "Everything that changed after n" is
-- one range of message_by_change.

CREATE TABLE room (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    topic   TEXT    NOT NULL DEFAULT '',
    changed INTEGER NOT NULL DEFAULT 0, -- the last number given out
    created INTEGER NOT NULL            -- µs UTC
) STRICT;

CREATE TABLE message (
    room      INTEGER NOT NULL REFERENCES room (id),
    seq       INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    author    INTEGER NOT NULL REFERENCES user (id),
    client_id TEXT    NOT NULL, -- the sender's own name for it, so that a retry is the same message
    body      TEXT    NOT NULL,
    at        INTEGER NOT NULL, -- µs UTC
    PRIMARY KEY (room, seq),
    UNIQUE (author, client_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_by_change ON message (room, changed);

INSERT INTO room (name, topic, created)
VALUES ('desk', 'What everyone should hear', CAST(unixepoch('subsec') * 1000000 AS INTEGER));
