-- Headlines of whoever is taken off the team with what they said go a few at a time, and open desks are told of each.
DROP TRIGGER headlines_withdrawn;
CREATE TABLE headline_withdrawn (
    author INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE
) STRICT;
CREATE TRIGGER headlines_withdrawn AFTER UPDATE OF withdraw ON user WHEN NEW.withdraw = 1 BEGIN
    INSERT OR IGNORE INTO headline_withdrawn (author) VALUES (NEW.id);
END;

-- Headlines that went, by the number of that change; the last ones, for whoever resumes.
CREATE TABLE headline_gone (
    changed INTEGER PRIMARY KEY,
    id      INTEGER NOT NULL
) STRICT;
