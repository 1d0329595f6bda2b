-- The index of what was said follows a moment behind, many messages at a time: one at a time, it took twice the work of
-- keeping the message.
CREATE TABLE said_index (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    upto INTEGER NOT NULL -- the last id of `said` that said_text knows
) STRICT;
INSERT INTO said_index (id, upto) SELECT 1, coalesce(max(id), 0) FROM said;

DROP TRIGGER said_new;
CREATE TRIGGER said_new AFTER INSERT ON message BEGIN
    INSERT INTO said (room, seq) VALUES (NEW.room, NEW.seq);
END;

-- What isn't indexed yet will be as it reads then.
DROP TRIGGER said_differently;
CREATE TRIGGER said_differently AFTER UPDATE OF body ON message WHEN OLD.body <> NEW.body BEGIN
    DELETE FROM said_text WHERE rowid =
        (SELECT said.id FROM said, said_index WHERE room = NEW.room AND seq = NEW.seq AND said.id <= upto);
    INSERT INTO said_text (rowid, body) SELECT said.id, NEW.body FROM said, said_index
    WHERE room = NEW.room AND seq = NEW.seq AND said.id <= upto AND NEW.body <> '';
END;
