-- What probes found out about models: whether they can do something, whatever is listed about them.
CREATE TABLE findings (
    provider TEXT    NOT NULL,
    model    TEXT    NOT NULL,
    aspect   TEXT    NOT NULL,
    able     INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL, -- when it was found out, since 1970, UTC
    PRIMARY KEY (provider, model, aspect)
) STRICT, WITHOUT ROWID;
