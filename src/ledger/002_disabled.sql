-- Providers that the user has switched off by command.
CREATE TABLE disabled (
    provider TEXT    PRIMARY KEY,
    at_ms    INTEGER NOT NULL -- since 1970, UTC
) STRICT, WITHOUT ROWID;
