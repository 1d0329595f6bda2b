-- The newest price per symbol and venue. Prices are text: the digits as they were sent.
CREATE TABLE quote (
    symbol TEXT NOT NULL,
    venue TEXT NOT NULL,
    version INTEGER NOT NULL,
    last TEXT NOT NULL,
    -- What the change is measured from, and the UTC day (days since 1970) it belongs to.
    open TEXT NOT NULL,
    open_day INTEGER NOT NULL,
    bid TEXT,
    ask TEXT,
    volume TEXT,
    -- Microseconds since 1970 UTC.
    time INTEGER NOT NULL,
    seq INTEGER,
    demo INTEGER NOT NULL,
    PRIMARY KEY (symbol, venue)
) STRICT, WITHOUT ROWID;

-- Earlier prices for the sparkline: apart from the price, as they change every few seconds at most.
CREATE TABLE spark (
    symbol TEXT NOT NULL,
    venue TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- A JSON array of text, oldest first.
    points TEXT NOT NULL,
    -- When the newest was taken, in steps of five seconds since 1970.
    slot INTEGER NOT NULL,
    PRIMARY KEY (symbol, venue)
) STRICT, WITHOUT ROWID;

-- One row.
CREATE TABLE setting (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The chosen venues, such as 'demo,coinbase'; NULL until someone chooses.
    venues TEXT,
    -- The version at which quotes last left the board.
    forgotten INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO setting (id) VALUES (1);
