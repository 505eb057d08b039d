-- One execution of a chain.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    chain TEXT NOT NULL,
    definition TEXT NOT NULL, -- all that it was begun with, JSON
    state TEXT NOT NULL, -- running, done, failed, stopped, waiting
    output TEXT,
    problem TEXT,
    began_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_began ON runs (began_ms);

-- What a step has come to: a checkpoint, written before the next step begins.
CREATE TABLE steps (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path TEXT NOT NULL, -- the step, its round, its item
    place INTEGER NOT NULL, -- the how many-th that ended
    state TEXT NOT NULL, -- done, skipped, failed
    result TEXT NOT NULL, -- JSON
    asked TEXT NOT NULL, -- the prompt, the arguments, the question
    who TEXT NOT NULL, -- the agent or the tool
    model TEXT, -- who answered
    attempts TEXT NOT NULL, -- JSON
    tries INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_usd REAL,
    kept INTEGER NOT NULL, -- whether it was answered from a result that was there
    outside INTEGER NOT NULL, -- whether somebody else's words are in it
    key BLOB, -- what makes it equal to another step
    problem TEXT,
    began_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

-- What models answered on the way to a result: they are not asked again.
CREATE TABLE step_answers (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    answer TEXT NOT NULL, -- JSON
    PRIMARY KEY (run, path, ordinal)
) STRICT, WITHOUT ROWID;

-- Results that stand for equal steps of other runs.
CREATE TABLE kept_results (
    key BLOB PRIMARY KEY,
    result TEXT NOT NULL, -- JSON
    at_ms INTEGER NOT NULL,
    expires_ms INTEGER
) STRICT, WITHOUT ROWID;
