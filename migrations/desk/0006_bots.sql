-- Bots: members that speak by a token and can't sign in, their password being nobody's.
ALTER TABLE user ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;

-- A token speaks for a bot, or brings prices and lines in for nobody. Made anew for its CHECK; nothing refers to it.
CREATE TABLE token_now (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('ingest', 'bot')),
  user INTEGER REFERENCES user (id) ON DELETE CASCADE, -- of a bot's token: the bot
  room INTEGER REFERENCES room (id) ON DELETE SET NULL, -- of a bot's token: where its webhook speaks
  token_hash BLOB NOT NULL UNIQUE,
  created INTEGER NOT NULL
) STRICT;
INSERT INTO token_now (id, name, scope, token_hash, created) SELECT id, name, scope, token_hash, created FROM token;
DROP TABLE token;
ALTER TABLE token_now RENAME TO token;
