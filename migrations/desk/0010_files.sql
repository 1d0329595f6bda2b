-- Files in messages. What a file holds lies in the data folder under its SHA-256, once however many rows name it.
CREATE TABLE file (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    room    INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq     INTEGER,          -- its message; NULL until that is said
    place   INTEGER,          -- its place among the files of the message
    owner   INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    kind    TEXT    NOT NULL, -- media type, by its content
    bytes   INTEGER NOT NULL,
    width   INTEGER,          -- of an image, as it is shown
    height  INTEGER,
    thumb   TEXT,             -- media type of an image's thumbnail, which lies beside it
    content BLOB    NOT NULL, -- SHA-256
    at      INTEGER NOT NULL, -- µs UTC
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT;
CREATE INDEX file_by_message ON file (room, seq);
CREATE INDEX file_by_content ON file (content);
CREATE INDEX file_unsent ON file (at) WHERE seq IS NULL;
