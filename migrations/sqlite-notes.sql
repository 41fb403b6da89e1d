-- The columns for notes, for a table of SqlRevocationStore (nestjs-jwt-extended) in SQLite that was created without them.
-- sqlite.sql creates a new table with these columns. The store needs them only for calls with a note.
-- SQLite cannot skip a column that exists: run this once.

ALTER TABLE jwt_revocation ADD COLUMN note TEXT;
ALTER TABLE jwt_revocation ADD COLUMN noted_at REAL;
