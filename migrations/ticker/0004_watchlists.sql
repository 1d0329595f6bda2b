-- Lists of symbols that people watch.
CREATE TABLE watchlist (
    -- Never used again: the address of a list that was deleted must not lead to another.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- user.id of desk.db, or NULL: the team's.
    owner INTEGER,
    name TEXT NOT NULL,
    -- The name in small letters, by which two of an owner's lists must differ.
    folded TEXT NOT NULL,
    -- Its place among its owner's.
    position INTEGER NOT NULL,
    -- What is shown of each symbol: names with commas between, in the order of the columns.
    columns TEXT NOT NULL
) STRICT;
-- No user has the number 0.
CREATE UNIQUE INDEX watchlist_name ON watchlist (coalesce(owner, 0), folded);

-- What is on them. A list is written as a whole whenever it changes, so positions count from 0 without holes.
CREATE TABLE watchlist_entry (
    watchlist INTEGER NOT NULL REFERENCES watchlist (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    venue TEXT NOT NULL,
    PRIMARY KEY (watchlist, position),
    UNIQUE (watchlist, symbol, venue)
) STRICT, WITHOUT ROWID;
