-- What each token may do is a set of scopes, its words with a comma between: 'read', 'post', 'ingest', 'admin'. What
-- existed goes on as it could. Made anew for its CHECK; nothing refers to it.
CREATE TABLE token_now (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (scopes <> ''),
  user INTEGER REFERENCES user (id) ON DELETE CASCADE, -- the bot that reads and speaks by it
  room INTEGER REFERENCES room (id) ON DELETE SET NULL, -- where its incoming webhook speaks
  token_hash BLOB NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  last_used INTEGER -- not finer than a minute
) STRICT;
INSERT INTO token_now (id, name, scopes, user, room, token_hash, created)
SELECT id, name, iif(scope = 'bot', 'read,post', scope), user, room, token_hash, created FROM token;
DROP TABLE token;
ALTER TABLE token_now RENAME TO token;

-- What is called when a bot is spoken to.
CREATE TABLE webhook (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE, -- the bot
  token INTEGER NOT NULL UNIQUE REFERENCES token (id) ON DELETE CASCADE, -- by which it answers; it ends with that
  url TEXT NOT NULL,
  secret TEXT NOT NULL -- as it is, since every call is signed with it
) STRICT;
