-- What a room has at hand, and what people keep for themselves. Times are microseconds since 1970 UTC.
CREATE TABLE pin (
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE, -- who pinned it
    at   INTEGER NOT NULL,
    PRIMARY KEY (room, seq),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE bookmark (
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (user, room, seq),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX bookmark_by_message ON bookmark (room, seq);
