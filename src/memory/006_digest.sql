-- Equal texts have equal sketches: only those without one are looked for by their digest.
DROP INDEX entries_digest;
CREATE INDEX entries_digest ON entries (digest) WHERE sketch_a IS NULL;
