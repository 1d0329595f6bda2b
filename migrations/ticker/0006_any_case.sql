-- A symbol is found in whatever letters somebody names it.
CREATE INDEX series_symbol ON series (symbol COLLATE NOCASE);
