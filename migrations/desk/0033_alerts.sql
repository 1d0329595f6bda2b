-- Rules over prices and log lines, and what they have said. Times are microseconds since 1970 UTC.

CREATE TABLE alert_rule (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    author   INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    room     INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    name     TEXT    NOT NULL,
    test     TEXT    NOT NULL, -- above, below, moves, rises, falls, spread, stale, more, fewer
    symbol   TEXT    NOT NULL, -- of prices
    venue    TEXT    NOT NULL,
    query    TEXT    NOT NULL, -- of lines
    field    TEXT    NOT NULL, -- whose values are counted each by itself
    value    TEXT    NOT NULL, -- a decimal
    seconds  INTEGER NOT NULL,
    words    TEXT    NOT NULL,
    mentions TEXT    NOT NULL,
    days     INTEGER NOT NULL, -- a bit each, Monday the lowest
    begins   INTEGER NOT NULL, -- minutes after midnight UTC
    ends     INTEGER NOT NULL,
    cooldown INTEGER NOT NULL, -- seconds
    shape    TEXT,             -- of a webhook that is called: slack, json, ntfy
    url      TEXT,
    is_on    INTEGER NOT NULL DEFAULT 1,
    version  INTEGER NOT NULL DEFAULT 1, -- another with every change, so that what was judged by an older one isn't said
    trouble  TEXT,             -- what kept it from speaking
    created  INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_rule_by_room ON alert_rule (room);
CREATE INDEX alert_rule_by_symbol ON alert_rule (symbol) WHERE symbol <> '';

-- What is known of a rule, and up to which log line. Kept with what it says, so that neither is without the other.
CREATE TABLE alert_state (
    rule  INTEGER PRIMARY KEY REFERENCES alert_rule (id) ON DELETE CASCADE,
    line  INTEGER NOT NULL, -- the last one judged, or alert_own's where that is higher
    state TEXT    NOT NULL  -- JSON
) STRICT;

-- A firing of a rule, or a group of Alertmanager's: one message.
CREATE TABLE alert_firing (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    rule           INTEGER REFERENCES alert_rule (id) ON DELETE CASCADE,
    number         INTEGER,          -- of the rule's, from 1
    bot            INTEGER REFERENCES user (id) ON DELETE CASCADE, -- whose token brought the group
    group_key      TEXT,
    room           INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq            INTEGER,          -- the message; none where it couldn't be said
    telling        TEXT    NOT NULL, -- what it says, as JSON
    alerts         TEXT,             -- of a group: its alerts by their fingerprints, as JSON
    began          INTEGER NOT NULL,
    ended          INTEGER,
    acknowledged   INTEGER,
    acknowledger   INTEGER REFERENCES user (id) ON DELETE SET NULL,
    snoozed        INTEGER,          -- until then
    snoozer        INTEGER REFERENCES user (id) ON DELETE SET NULL,
    UNIQUE (rule, number)
) STRICT;
CREATE INDEX alert_firing_by_room ON alert_firing (room);
CREATE INDEX alert_firing_by_group ON alert_firing (bot, group_key) WHERE group_key IS NOT NULL AND ended IS NULL;

CREATE INDEX alert_firing_snoozed ON alert_firing (snoozed) WHERE snoozed IS NOT NULL;

-- One row: who speaks for rules, and up to which log line all of them have judged.
CREATE TABLE alert_own (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    bot  INTEGER REFERENCES user (id) ON DELETE SET NULL,
    line INTEGER -- none until a rule over lines was judged
) STRICT;
INSERT INTO alert_own (id) VALUES (1);
