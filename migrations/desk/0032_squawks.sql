-- Squawks: the headlines that everyone hears, and the feeds of the web that some of them come from. Times are microseconds
-- since 1970 UTC.

ALTER TABLE team ADD COLUMN squawk_admins INTEGER NOT NULL DEFAULT 0; -- of people, only administrators squawk

-- The last number given out. Every change of a headline takes the next, so "everything that changed after n" is one range.
CREATE TABLE squawk_count (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    changed INTEGER NOT NULL
) STRICT;
INSERT INTO squawk_count (id, changed) VALUES (1, 0);

CREATE TABLE headline (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    changed  INTEGER NOT NULL UNIQUE,
    at       INTEGER NOT NULL,
    author   INTEGER REFERENCES user (id) ON DELETE SET NULL, -- a person or a bot; NULL of a feed's
    source   TEXT    NOT NULL, -- the author's name as it was then, or the feed's title
    text     TEXT    NOT NULL,
    url      TEXT,
    outer_id TEXT    NOT NULL  -- the sender's own name for it, so that a retry is the same headline
) STRICT;
CREATE INDEX headline_by_time ON headline (at);
CREATE UNIQUE INDEX headline_once ON headline (coalesce(author, 0), outer_id);

-- Whoever is taken off the team with what they said, takes what they squawked along.
CREATE TRIGGER headlines_withdrawn AFTER UPDATE OF withdraw ON user WHEN NEW.withdraw = 1 BEGIN
    DELETE FROM headline WHERE coalesce(author, 0) = NEW.id;
END;

CREATE TABLE headline_seen (
    headline INTEGER NOT NULL REFERENCES headline (id) ON DELETE CASCADE,
    user     INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    PRIMARY KEY (headline, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX headline_seen_by_user ON headline_seen (user);

-- Every run of three characters, as for messages. It reads headlines where it needs them, and they never change.
CREATE VIRTUAL TABLE headline_text
USING fts5 (source, text, content = 'headline', content_rowid = 'id', tokenize = 'trigram');
CREATE TRIGGER headline_new AFTER INSERT ON headline BEGIN
    INSERT INTO headline_text (rowid, source, text) VALUES (NEW.id, NEW.source, NEW.text);
END;
CREATE TRIGGER headline_gone AFTER DELETE ON headline BEGIN
    INSERT INTO headline_text (headline_text, rowid, source, text) VALUES ('delete', OLD.id, OLD.source, OLD.text);
END;

-- Feeds that are followed, or were: what a feed said is remembered for when it is followed again.
CREATE TABLE feed (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    url      TEXT    NOT NULL UNIQUE,
    listed   INTEGER NOT NULL DEFAULT 0,  -- administrators have it followed; else the command line may
    title    TEXT    NOT NULL DEFAULT '', -- as it calls itself
    etag     TEXT,                        -- what it is asked with next
    modified TEXT,
    polled   INTEGER,                     -- when it was read last; NULL before the first time
    due      INTEGER NOT NULL DEFAULT 0,  -- it isn't asked before
    fails    INTEGER NOT NULL DEFAULT 0,  -- in a row
    fault    TEXT    NOT NULL DEFAULT ''  -- what was wrong the last time
) STRICT;

-- What a feed has said, by the SHA-256 of the entry's id.
CREATE TABLE feed_entry (
    feed INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    hash BLOB    NOT NULL,
    at   INTEGER NOT NULL, -- when it was last in the feed
    PRIMARY KEY (feed, hash)
) STRICT, WITHOUT ROWID;
