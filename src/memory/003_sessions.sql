-- What was said, each message once, whoever said it where: a fork costs nothing.
CREATE TABLE messages (
    row INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- of the role and the parts
    role TEXT NOT NULL,
    parts TEXT NOT NULL -- JSON
) STRICT;

-- One exchange. Each points to the one before it; a conversation points to its last one.
CREATE TABLE turns (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, -- also the id of its requests
    parent INTEGER REFERENCES turns (row),
    session INTEGER REFERENCES sessions (row) ON DELETE SET NULL, -- where it was begun
    state TEXT NOT NULL, -- open, whole, cut, failed, interrupted
    agent TEXT NOT NULL,
    route TEXT,
    provider TEXT,
    model TEXT,
    key_fingerprint TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    resumed TEXT,
    recalled TEXT NOT NULL DEFAULT '[]', -- ids of the entries that went along, a JSON array
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd REAL,
    problem TEXT, -- why it is not whole
    began_ms INTEGER NOT NULL,
    first_token_ms INTEGER, -- since it began
    ended_ms INTEGER,
    partial TEXT, -- what had come while it was under way
    process INTEGER -- who is at it
) STRICT;
CREATE INDEX turns_open ON turns (session) WHERE state = 'open';
CREATE INDEX turns_parent ON turns (parent);

CREATE TABLE turn_messages (
    turn INTEGER NOT NULL REFERENCES turns (row) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages (row),
    PRIMARY KEY (turn, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_messages_message ON turn_messages (message);

CREATE TABLE sessions (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT UNIQUE,
    title TEXT NOT NULL DEFAULT '', -- the beginning of the first question
    head INTEGER REFERENCES turns (row),
    agent TEXT,
    models TEXT NOT NULL DEFAULT '[]', -- what was named with -m, a JSON array
    system TEXT,
    forked_from TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_updated ON sessions (updated_ms);

-- What stands for all turns up to one of them where they would not fit.
CREATE TABLE summaries (
    turn INTEGER PRIMARY KEY REFERENCES turns (row) ON DELETE CASCADE,
    content TEXT NOT NULL,
    made_by TEXT NOT NULL, -- provider/model
    created_ms INTEGER NOT NULL
) STRICT;
