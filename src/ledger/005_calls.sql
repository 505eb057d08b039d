-- Calls of tools: what was made is final, and quotas count it.
CREATE TABLE calls (
    id        INTEGER PRIMARY KEY,
    at_ms     INTEGER NOT NULL, -- when it began, since 1970, UTC
    turn      TEXT    NOT NULL, -- the turn that it belongs to
    ordinal   INTEGER NOT NULL, -- how often the same call was made before in that turn
    tool      TEXT    NOT NULL,
    digest    BLOB    NOT NULL, -- of all arguments
    arguments TEXT    NOT NULL, -- JSON with keys in order; a long one is cut
    agent     TEXT,             -- none: a person called
    session   TEXT,
    granted   TEXT    NOT NULL, -- why it could be made: rule, flag, asked, user, no
    state     TEXT    NOT NULL, -- open, done, failed, refused
    text      TEXT,             -- what it gave, or why it was not made
    outside   INTEGER NOT NULL DEFAULT 0, -- what it gave came from outside
    took_ms   INTEGER
) STRICT;
CREATE UNIQUE INDEX calls_once ON calls (turn, tool, digest, ordinal) WHERE state <> 'refused';
CREATE INDEX calls_counted ON calls (at_ms) WHERE state <> 'refused';

-- What the user has decided about tools.
CREATE TABLE rules (
    tool       TEXT NOT NULL, -- '*' is all
    agent      TEXT NOT NULL, -- '' is all
    argument   TEXT NOT NULL, -- '' is any call
    glob       TEXT NOT NULL,
    permission TEXT NOT NULL, -- allow, ask, deny
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (tool, agent, argument, glob)
) STRICT, WITHOUT ROWID;

-- How often tools may be called.
CREATE TABLE quotas (
    tool       TEXT NOT NULL, -- '*' is all together
    agent      TEXT NOT NULL, -- '' is all together
    per_minute INTEGER,
    per_day    INTEGER,
    PRIMARY KEY (tool, agent)
) STRICT, WITHOUT ROWID;
