-- Lines that are no longer new stand in blocks of some thousands, compressed, and leave `line`. Ids of a block's lines lie
-- between `first` and `last`, which no other block's do, and below those of all of `line`.
CREATE TABLE block (
    first          INTEGER PRIMARY KEY,
    last           INTEGER NOT NULL,
    lines          INTEGER NOT NULL,
    time_first     INTEGER NOT NULL, -- the earliest and latest times that its lines claim, in microseconds since 1970
    time_last      INTEGER NOT NULL,
    received_first INTEGER NOT NULL, -- when the first and the last came
    received_last  INTEGER NOT NULL,
    levels         TEXT    NOT NULL, -- how many of each level, as a JSON array, least first
    sources        TEXT    NOT NULL, -- JSON: [[name, lines, bytes of text], ...]
    bytes          INTEGER NOT NULL, -- of its lines' texts
    kept           INTEGER NOT NULL  -- that it takes here
) STRICT;

-- Which words and letters are in it.
CREATE TABLE block_filter (
    first INTEGER PRIMARY KEY REFERENCES block ON DELETE CASCADE,
    words BLOB NOT NULL,
    grams BLOB NOT NULL
) STRICT;

-- Its lines: their numbers, and their texts.
CREATE TABLE block_text (
    first INTEGER PRIMARY KEY REFERENCES block ON DELETE CASCADE,
    head  BLOB NOT NULL,
    text  BLOB NOT NULL
) STRICT;

-- Only new lines are in `line` now, too few to need it.
DROP INDEX line_received;
