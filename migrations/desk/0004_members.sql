-- Who is in which room, and how far they have read.

-- open: everyone on the team is in it. private: whoever was invited. direct: a conversation of two to eight, for ever
-- theirs; its name is their ids in order, such as '@1,5', so that the same people have one.
ALTER TABLE room ADD COLUMN kind TEXT NOT NULL DEFAULT 'open' CHECK (kind IN ('open', 'private', 'direct'));

CREATE TABLE member (
    room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    read INTEGER NOT NULL DEFAULT 0, -- the place up to which they have read
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_user ON member (user, room);

INSERT INTO member (room, user, read) SELECT room.id, user.id, room.said FROM room, user;

-- Whoever makes a person or a room can't forget it.
CREATE TRIGGER newcomer_joins AFTER INSERT ON user BEGIN
    INSERT INTO member (room, user, read) SELECT id, NEW.id, said FROM room WHERE kind = 'open';
END;
CREATE TRIGGER everyone_joins AFTER INSERT ON room WHEN NEW.kind = 'open' BEGIN
    INSERT INTO member (room, user) SELECT NEW.id, id FROM user;
END;

-- Who was called by name in a message.
CREATE TABLE mention (
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (user, room, seq),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_by_message ON mention (room, seq);
