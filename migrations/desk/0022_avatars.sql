-- The picture of whoever has one: a small square JPEG that the server made. `at` says when (µs since 1970 UTC).
CREATE TABLE avatar (
  user INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
  jpeg BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
