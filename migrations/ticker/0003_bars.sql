-- Bars: what every symbol did at every venue, by the second, the minute and the UTC day. Bars are many (86,400 of a symbol
-- in a day), so they stand side by side in chunks of fifteen, as bytes: prices as whole numbers with one scale for the bar,
-- each told by how far it is from the one before, in as few bytes as it needs. That keeps every digit, also of prices that
-- no INTEGER holds, in some 25 bytes a bar; as text in columns it were 90, as INTEGER columns 45. Fifteen, because a row
-- over a quarter of a page would be torn over two. How to read them is in src/ticker/server/bars/chunk.rs.

-- What bars are of; its number stands in their rows in the place of both names. Numbers are never used again: the bars of
-- one that was deleted are swept later.
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL,
    venue TEXT NOT NULL,
    -- Bars from before its first tick were asked of the venue.
    filled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (symbol, venue)
) STRICT;

-- Bars that are closed: a later one of their length has begun.
CREATE TABLE bars (
    series INTEGER NOT NULL,
    -- 0 seconds, 1 minutes, 2 days.
    interval INTEGER NOT NULL,
    -- Which fifteen: the number of the first, counted from 1970, by fifteen.
    slot INTEGER NOT NULL,
    bars BLOB NOT NULL,
    PRIMARY KEY (series, interval, slot)
) STRICT, WITHOUT ROWID;

-- The numbers (seq) of the ticks in fifteen seconds, as stretches, so that none is counted twice.
CREATE TABLE seen (
    series INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    seqs BLOB NOT NULL,
    PRIMARY KEY (series, slot)
) STRICT, WITHOUT ROWID;

-- The newest bar of each length. They change with every round and stand apart, all of them in a few pages: writing each
-- where it will end would be a page for every bar, ten times a second.
CREATE TABLE open_bars (
    series INTEGER PRIMARY KEY,
    -- Each a slot and a chunk that holds one bar.
    second_slot INTEGER NOT NULL,
    second BLOB NOT NULL,
    minute_slot INTEGER NOT NULL,
    minute BLOB NOT NULL,
    day_slot INTEGER NOT NULL,
    day BLOB NOT NULL,
    -- As in seen, of the newest second.
    seqs BLOB NOT NULL
) STRICT;
