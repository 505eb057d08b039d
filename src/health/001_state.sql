-- What is known for a while: rests, breakers, refusals in a row, averages, limits as they were told.
CREATE TABLE marks (
    kind     TEXT    NOT NULL,
    subject  TEXT    NOT NULL, -- JSON
    at_ms    INTEGER NOT NULL, -- when it was decided, since 1970, UTC
    until_ms INTEGER NOT NULL, -- it means nothing after that
    what     TEXT    NOT NULL, -- JSON
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- What was used of the limits that the user set, by slot of time.
CREATE TABLE used (
    subject  TEXT    NOT NULL,
    width_ms INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    tokens   INTEGER NOT NULL,
    PRIMARY KEY (subject, width_ms, start_ms)
) STRICT, WITHOUT ROWID;

-- How many requests routes have taken.
CREATE TABLE turns (
    route TEXT    PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    taken INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
