-- What is found of a message: its words and the names of its files.
CREATE VIEW message_text AS
SELECT room, seq,
       body || coalesce((SELECT char(10) || group_concat(name, char(10)) FROM file
                         WHERE file.room = message.room AND file.seq = message.seq), '') AS text
FROM message WHERE deleted IS NULL;

DROP TRIGGER said_differently;
CREATE TRIGGER said_differently AFTER UPDATE OF body, deleted ON message
WHEN OLD.body <> NEW.body OR OLD.deleted IS NOT NEW.deleted BEGIN
    DELETE FROM said_text WHERE rowid =
        (SELECT said.id FROM said, said_index WHERE room = NEW.room AND seq = NEW.seq AND said.id <= upto);
    INSERT INTO said_text (rowid, body) SELECT said.id, text FROM said JOIN message_text USING (room, seq), said_index
    WHERE room = NEW.room AND seq = NEW.seq AND said.id <= upto AND text <> '';
END;

DELETE FROM said_text WHERE rowid IN
    (SELECT said.id FROM file JOIN said USING (room, seq), said_index WHERE said.id <= upto);
INSERT INTO said_text (rowid, body)
SELECT DISTINCT said.id, text FROM file JOIN said USING (room, seq) JOIN message_text USING (room, seq), said_index
WHERE said.id <= upto;
