-- The words of entries, as the program prepares them, with spaces between them: rows are those of `entries`. Its text is
-- not kept here again.
CREATE VIRTUAL TABLE words USING fts5 (
    text,
    scope,
    content = '',
    contentless_delete = 1,
    tokenize = "porter unicode61 remove_diacritics 2 categories 'L* M* N* P* S* Co'"
);
