-- What people and administrators do with accounts. Times are microseconds since 1970 UTC.

-- Since when somebody may not come in (`suspended`), or is no longer on the team (`removed`: the row stays for what they
-- said, under the name that they had). `withdraw` is set while what a removed person said is being taken back.
ALTER TABLE user ADD COLUMN suspended INTEGER;
ALTER TABLE user ADD COLUMN removed INTEGER;
ALTER TABLE user ADD COLUMN withdraw INTEGER NOT NULL DEFAULT 0;

-- The second factor: the secret that an app on a phone shares (kept as it is, since codes are computed from it), the one
-- that was offered and isn't confirmed yet, and the time step of the last code, which is good once.
ALTER TABLE user ADD COLUMN totp BLOB;
ALTER TABLE user ADD COLUMN totp_offer BLOB;
ALTER TABLE user ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

-- SHA-256 of the codes that stand in for a lost phone, each good once: 80 random bits, so there is nothing to guess.
CREATE TABLE recovery_code (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  hash BLOB NOT NULL,
  PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

-- Links with which somebody may choose a new password; one per person.
CREATE TABLE reset (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  expires INTEGER NOT NULL
) STRICT;

-- Whence a session is used, and whether it still awaits the code of the second factor.
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN awaits_code INTEGER NOT NULL DEFAULT 0;
