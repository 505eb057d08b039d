-- Answers that clients of the gateway may come back to.
CREATE TABLE responses (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL, -- the virtual key; empty where none is needed
    conversation TEXT NOT NULL, -- JSON: all that was said, with the answer
    response TEXT NOT NULL, -- JSON: as the client was told
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX responses_at ON responses (at_ms);
