-- What entries that say nearly the same have in common, so that one write looks at a few of them and not at all.
ALTER TABLE entries ADD COLUMN sketch_a INTEGER;
ALTER TABLE entries ADD COLUMN sketch_b INTEGER;
CREATE INDEX entries_sketch_a ON entries (sketch_a) WHERE sketch_a IS NOT NULL;
CREATE INDEX entries_sketch_b ON entries (sketch_b) WHERE sketch_b IS NOT NULL;
CREATE INDEX entries_updated ON entries (updated_ms);
