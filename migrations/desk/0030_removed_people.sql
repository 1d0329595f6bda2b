-- What somebody said and didn't take back, for the administrator who takes all of it back.
CREATE INDEX message_to_withdraw ON message (author) WHERE deleted IS NULL;

-- Whoever is off the team comes into no new room, but stays in the conversations that are named after them.
DROP TRIGGER everyone_joins;
CREATE TRIGGER everyone_joins AFTER INSERT ON room WHEN NEW.kind = 'open' BEGIN
    INSERT INTO member (room, user) SELECT NEW.id, id FROM user WHERE removed IS NULL;
END;
DELETE FROM member WHERE user IN (SELECT id FROM user WHERE removed IS NOT NULL)
    AND room IN (SELECT id FROM room WHERE kind = 'open' AND parent IS NULL);
-- A conversation's name is an @ and the numbers of its people with commas between.
INSERT OR IGNORE INTO member (room, user, read)
SELECT room.id, user.id, room.said FROM room, user
WHERE room.kind = 'direct' AND user.removed IS NOT NULL
    AND instr(',' || substr(room.name, 2) || ',', ',' || user.id || ',') > 0;
