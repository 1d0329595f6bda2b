-- Searches that somebody kept, for themselves or for the team. Whose they are, `desk.db` knows.
CREATE TABLE saved_search (
    id    INTEGER PRIMARY KEY,
    owner INTEGER, -- NULL: the team's
    name  TEXT NOT NULL,
    query TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX saved_search_name ON saved_search (coalesce(owner, 0), name);
