-- Projects whose .aigw the user trusts, as it was then.
CREATE TABLE trust (
    project TEXT    PRIMARY KEY, -- the path of its directory
    digest  TEXT    NOT NULL,    -- of the files in its .aigw
    at_ms   INTEGER NOT NULL     -- since 1970, UTC
) STRICT, WITHOUT ROWID;
