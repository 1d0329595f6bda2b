-- What each has said in a room, for counting what others have said without looking at one's own.
CREATE INDEX message_by_author ON message (room, author, seq) WHERE deleted IS NULL;
