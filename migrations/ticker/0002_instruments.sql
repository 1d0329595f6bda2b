-- What is known of each symbol at each venue besides its price.
CREATE TABLE instrument (
    symbol TEXT NOT NULL,
    venue TEXT NOT NULL,
    -- As the venue calls it.
    name TEXT,
    -- Digits after the point of its prices, and whether the venue says so (1) or they were counted (0).
    digits INTEGER NOT NULL,
    said INTEGER NOT NULL,
    -- What its prices are in, such as USD or USDT.
    currency TEXT,
    -- When it is traded: 'always' or 'us_equities'; NULL where nobody knows.
    session TEXT,
    PRIMARY KEY (symbol, venue)
) STRICT, WITHOUT ROWID;
