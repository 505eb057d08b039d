-- What was remembered. `row` is what indexes refer to, `id` what people and exports do.
CREATE TABLE entries (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    key TEXT,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]', -- a JSON array of words
    origin TEXT NOT NULL, -- who wrote it: user, agent, tool, document, import
    agent TEXT,
    session TEXT,
    run TEXT,
    source TEXT, -- the file or address that a document's piece is from
    place TEXT, -- where in it: headings, page, line
    digest INTEGER NOT NULL, -- of the content, folded: equal ones are the same entry
    happened_ms INTEGER, -- when what it says was so, where that is not when it was written
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    used_ms INTEGER,
    uses INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX entries_key ON entries (scope, key) WHERE key IS NOT NULL;
CREATE INDEX entries_digest ON entries (digest);
CREATE INDEX entries_source ON entries (source) WHERE source IS NOT NULL;
CREATE INDEX entries_expiry ON entries (expires_ms) WHERE expires_ms IS NOT NULL;

-- What entries said before.
CREATE TABLE history (
    row INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL REFERENCES entries (row) ON DELETE CASCADE,
    content TEXT NOT NULL,
    tags TEXT NOT NULL,
    agent TEXT,
    updated_ms INTEGER NOT NULL, -- when that was written
    replaced_ms INTEGER NOT NULL,
    why TEXT NOT NULL -- set, merged
) STRICT;
CREATE INDEX history_entry ON history (entry);
