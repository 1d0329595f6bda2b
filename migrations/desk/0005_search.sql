-- What was said, to be found again: every run of three characters, so that parts of words, addresses and scripts without
-- spaces are found like words are.

-- Messages in the order in which they were said, over all rooms: what a search reads backwards.
CREATE TABLE said (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    UNIQUE (room, seq)
) STRICT;

CREATE VIRTUAL TABLE said_text USING fts5 (body, content = '', contentless_delete = 1, tokenize = 'trigram');

INSERT INTO said (room, seq) SELECT room, seq FROM message ORDER BY at;
INSERT INTO said_text (rowid, body) SELECT id, body FROM said JOIN message USING (room, seq) WHERE body <> '';

CREATE TRIGGER said_new AFTER INSERT ON message BEGIN
    INSERT INTO said (room, seq) VALUES (NEW.room, NEW.seq);
    INSERT INTO said_text (rowid, body) VALUES (last_insert_rowid(), NEW.body);
END;
CREATE TRIGGER said_differently AFTER UPDATE OF body ON message WHEN OLD.body <> NEW.body BEGIN
    DELETE FROM said_text WHERE rowid = (SELECT id FROM said WHERE room = NEW.room AND seq = NEW.seq);
    INSERT INTO said_text (rowid, body)
    SELECT id, NEW.body FROM said WHERE room = NEW.room AND seq = NEW.seq AND NEW.body <> '';
END;
CREATE TRIGGER said_no_more AFTER DELETE ON message BEGIN
    DELETE FROM said_text WHERE rowid = (SELECT id FROM said WHERE room = OLD.room AND seq = OLD.seq);
    DELETE FROM said WHERE room = OLD.room AND seq = OLD.seq;
END;
