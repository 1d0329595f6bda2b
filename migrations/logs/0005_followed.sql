-- Files that are followed, and how far. A file is known by its number and by how it begins, not by its name, since names are
-- given to others when logs are rotated. Written with the lines that it accounts for, in the same transaction.
CREATE TABLE followed (
    device INTEGER NOT NULL,
    inode  INTEGER NOT NULL,
    path   TEXT    NOT NULL, -- where it was found first; its name there is the source of its lines
    head   BLOB    NOT NULL, -- its first bytes, 256 at most: another file with the same number has others
    place  INTEGER NOT NULL, -- bytes of it whose lines are kept
    saved  INTEGER NOT NULL, -- when this was written, in microseconds since 1970
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
