-- Who asked, and in which conversation.
ALTER TABLE attempts ADD COLUMN agent TEXT;
ALTER TABLE attempts ADD COLUMN session TEXT;
