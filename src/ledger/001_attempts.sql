CREATE TABLE attempts (
    id               INTEGER PRIMARY KEY,
    request_id       TEXT    NOT NULL,
    ordinal          INTEGER NOT NULL,
    at_ms            INTEGER NOT NULL, -- since 1970, UTC
    route            TEXT    NOT NULL,
    provider         TEXT    NOT NULL,
    model            TEXT    NOT NULL,
    key_fingerprint  TEXT,
    class            TEXT,             -- null: it gave the answer
    status           INTEGER,
    message          TEXT,
    latency_us       INTEGER NOT NULL,
    first_token_us   INTEGER,
    input_tokens     INTEGER,
    output_tokens    INTEGER,
    cached_tokens    INTEGER,
    reasoning_tokens INTEGER,
    usage_source     TEXT    NOT NULL,
    cost_usd         REAL
) STRICT;

CREATE INDEX attempts_by_time ON attempts (at_ms);
CREATE INDEX attempts_by_request ON attempts (request_id);
