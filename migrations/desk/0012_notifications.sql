-- What people are notified of, and the browsers that are told while no page is open. Times are microseconds since 1970 UTC.

-- What somebody wants to be notified of in a room; NULL where they haven't chosen: mentions in rooms, everything in
-- conversations. `level_set` is when they chose.
ALTER TABLE member ADD COLUMN level TEXT CHECK (level IN ('everything', 'mentions', 'nothing'));
ALTER TABLE member ADD COLUMN level_set INTEGER NOT NULL DEFAULT 0;
CREATE INDEX member_for_everything ON member (room) WHERE level = 'everything';

-- One row: the key pair by which push services know this server (RFC 8292), as PKCS#8. Browsers that take pushes have
-- been given the public half: with another pair all of them would have to be asked again.
CREATE TABLE vapid (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  pkcs8 BLOB NOT NULL
) STRICT;

-- Browsers that take pushes: one for a session, and gone with it.
CREATE TABLE push (
  session INTEGER PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
  endpoint TEXT NOT NULL UNIQUE, -- the push service's URL for this browser; whoever has it and the keys can push
  key BLOB NOT NULL, -- the browser's P-256 public key, uncompressed
  auth BLOB NOT NULL, -- 16 bytes that it shares with us
  created INTEGER NOT NULL
) STRICT;
