-- Threads: rooms that hang on a message. Whoever is in the room of that message is in its thread, and hears of it when
-- they follow it.

-- Of a thread: the room of its root, and the root's place there. Its kind in the table is 'private', and its name a key
-- such as '^5.17'.
ALTER TABLE room ADD COLUMN parent INTEGER REFERENCES room (id);
ALTER TABLE room ADD COLUMN root INTEGER;
ALTER TABLE room ADD COLUMN replies INTEGER NOT NULL DEFAULT 0; -- those that were not taken back
ALTER TABLE room ADD COLUMN last INTEGER; -- µs UTC: when the newest of them was said; before the first, when it was made
CREATE UNIQUE INDEX thread_by_root ON room (parent, root);

-- Whether they hear of what is said: always, but in threads.
ALTER TABLE member ADD COLUMN follows INTEGER NOT NULL DEFAULT 1;
CREATE INDEX member_following ON member (user, room) WHERE follows = 1;

CREATE TRIGGER thread_is_of_its_room AFTER INSERT ON room WHEN NEW.parent IS NOT NULL BEGIN
    INSERT INTO member (room, user, follows) SELECT NEW.id, user, 0 FROM member WHERE room = NEW.parent;
END;
CREATE TRIGGER whoever_joins_joins_threads AFTER INSERT ON member BEGIN
    INSERT INTO member (room, user, read, follows) SELECT id, NEW.user, said, 0 FROM room WHERE parent = NEW.room;
END;
CREATE TRIGGER whoever_leaves_leaves_threads AFTER DELETE ON member BEGIN
    DELETE FROM member WHERE user = OLD.user AND room IN (SELECT id FROM room WHERE parent = OLD.room);
END;
-- A room takes its threads along.
CREATE TRIGGER threads_go_along BEFORE DELETE ON room WHEN OLD.parent IS NULL BEGIN
    DELETE FROM message WHERE room IN (SELECT id FROM room WHERE parent = OLD.id);
    DELETE FROM room WHERE parent = OLD.id;
END;
