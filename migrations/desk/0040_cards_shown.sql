-- Which messages a card shows, so that what is deleted goes from cards too. A row for each message (`room`, `seq`) and each
-- other one (`of_room`, `of_seq`) that its card shows.
CREATE TABLE shown (
    room    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    of_room INTEGER NOT NULL,
    of_seq  INTEGER NOT NULL,
    gone    INTEGER NOT NULL DEFAULT 0, -- what is shown was deleted, and the card is to go, or its part that shows it
    PRIMARY KEY (room, seq, of_room, of_seq),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX shown_by_place ON shown (of_room, of_seq);
CREATE INDEX shown_gone ON shown (room, seq) WHERE gone = 1;

CREATE TRIGGER what_is_deleted_is_shown_no_more AFTER UPDATE OF deleted ON message WHEN NEW.deleted IS NOT NULL BEGIN
    DELETE FROM shown WHERE room = NEW.room AND seq = NEW.seq;
    UPDATE shown SET gone = 1 WHERE of_room = NEW.room AND of_seq = NEW.seq;
END;
-- What is in the room itself goes with it.
CREATE TRIGGER a_deleted_room_is_shown_no_more AFTER UPDATE OF deleted ON room WHEN NEW.deleted IS NOT NULL BEGIN
    UPDATE shown SET gone = 1 WHERE of_room = NEW.id AND room <> NEW.id;
END;

-- Of cards that were put before, those of messages say in their link what they show.
INSERT INTO shown (room, seq, of_room, of_seq)
SELECT room, seq, CAST(substr(href, 8) AS INTEGER), CAST(substr(href, instr(href, '#m') + 2) AS INTEGER)
FROM (
    SELECT room, seq, substr(html, instr(html, '<div class="card"><a class="own" href="') + 39) AS href FROM message
    WHERE instr(html, '<div class="card"><a class="own" href="/rooms/') > 0
);
UPDATE shown SET gone = 1 WHERE NOT EXISTS (
    SELECT 1 FROM message JOIN room ON room.id = message.room
    WHERE message.room = of_room AND message.seq = of_seq AND message.deleted IS NULL AND room.deleted IS NULL
);
-- Those of moments don't say whose words they hold. Where they hold any, or headlines, which look the same, they are made
-- anew: taken away by whatever takes cards away, and looked up again.
INSERT INTO shown (room, seq, of_room, of_seq, gone)
SELECT room, seq, 0, 0, 1 FROM message
WHERE instr(html, '<div class="card"><a class="own" href="/at/') > 0
    AND instr(substr(html, instr(html, '<div class="card">')), '<b class="">') > 0;
