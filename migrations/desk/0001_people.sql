-- People. Times are microseconds since 1970 UTC. Secrets are kept as hashes: argon2id for passwords, which people
-- choose, and SHA-256 for session tokens and bearer tokens, which are 32 random bytes.

-- One row: the team that this server belongs to. The join code is kept as it is, since it must be shown again.
CREATE TABLE team (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  join_code TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- `folded` is the name without regard to case: what must be unique, and what signing in looks for.
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
  password TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  created INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires);

-- Bearer tokens of programs; `name` is the default source of what they send.
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('ingest')),
  token_hash BLOB NOT NULL UNIQUE,
  created INTEGER NOT NULL
) STRICT;
