-- Models that make vectors. What one of them makes has nothing in common with what another one does.
CREATE TABLE embedders (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, -- the model, whoever serves it
    length INTEGER NOT NULL, -- of its vectors
    weight REAL, -- what its ranks are worth beside those of words; null until it was tried
    tried_with INTEGER NOT NULL DEFAULT 0 -- how many vectors there were then
) STRICT;

-- What entries mean. A text that was refused has an empty vector and is never found by it.
CREATE TABLE vectors (
    entry INTEGER NOT NULL REFERENCES entries (row) ON DELETE CASCADE,
    embedder INTEGER NOT NULL REFERENCES embedders (number) ON DELETE CASCADE,
    vector BLOB NOT NULL, -- a scale in four bytes, then a byte per number
    PRIMARY KEY (entry, embedder)
) STRICT;

-- What has changed does not mean what it meant: it waits for a new vector.
CREATE TRIGGER vectors_stale AFTER UPDATE OF content ON entries WHEN old.digest IS NOT new.digest
BEGIN
    DELETE FROM vectors WHERE entry = new.row;
END;

-- Whoever sees some scopes only is asked for the rows of these before anything is ranked.
CREATE INDEX entries_scope ON entries (scope, expires_ms);
