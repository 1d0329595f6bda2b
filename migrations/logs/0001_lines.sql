-- Log lines. AUTOINCREMENT because an id is a cursor: one that was given is never given again, not even after
-- the newest lines were deleted, and ids are consecutive in the order of commits.
CREATE TABLE line (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    time     INTEGER NOT NULL, -- when the source says it happened, in microseconds since 1970
    received INTEGER NOT NULL, -- when it reached us, the same; retention goes by it, whatever sources claim
    level    INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4), -- trace, debug, info, warn, error
    source   TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    fields   TEXT -- a JSON object in the order sent, or NULL
) STRICT;

-- Retention finds the oldest with it, also where a wrong clock has put them out of order.
CREATE INDEX line_received ON line (received);
