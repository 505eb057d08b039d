-- Keys of clients of the gateway. Of a key only its hash is kept.
CREATE TABLE virtual_keys (
    id       TEXT    PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    hash     BLOB    NOT NULL UNIQUE, -- SHA-256
    hint     TEXT    NOT NULL,        -- its last four characters
    old_hash BLOB,                    -- of the key before it, while that is still good
    old_until_ms INTEGER,
    terms    TEXT    NOT NULL,        -- JSON: what it may do
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;

-- What requests under way may come to: it counts against budgets until they are over, or given up.
CREATE TABLE reservations (
    request  TEXT    PRIMARY KEY,
    key      TEXT    NOT NULL,
    tokens   INTEGER NOT NULL,
    cost_usd REAL    NOT NULL,
    at_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_by_key ON reservations (key);

-- Whose requests they were: the id of a virtual key.
ALTER TABLE attempts ADD COLUMN owner TEXT;
CREATE INDEX attempts_by_owner ON attempts (owner, at_ms) WHERE owner IS NOT NULL;

-- Who may do what, and since when. Only ever added to.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms  INTEGER NOT NULL,
    event  TEXT    NOT NULL,
    about  TEXT    NOT NULL,
    detail TEXT    NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
