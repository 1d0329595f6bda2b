-- What pages of the web say of themselves, for the cards under links to them. Times are microseconds since 1970 UTC.
ALTER TABLE team ADD COLUMN previews INTEGER NOT NULL DEFAULT 1; -- links are looked up

-- What a page said when it was asked last; without a title when it couldn't be asked, or said nothing.
CREATE TABLE preview (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    url         TEXT    NOT NULL UNIQUE,
    expires     INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    site        TEXT    NOT NULL,
    picture     TEXT -- preview_picture.key
) STRICT;

-- Pictures of pages, small. Messages name them by their key, which nobody guesses.
CREATE TABLE preview_picture (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    key    TEXT    NOT NULL UNIQUE,
    kind   TEXT    NOT NULL, -- media type
    bytes  BLOB    NOT NULL
) STRICT;
