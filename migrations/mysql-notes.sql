-- The columns for notes, for a table of SqlRevocationStore (nestjs-jwt-extended) in MariaDB that was created without them.
-- mysql.sql creates a new table with these columns. The store needs them only for calls with a note.

ALTER TABLE jwt_revocation ADD COLUMN IF NOT EXISTS note MEDIUMTEXT;
ALTER TABLE jwt_revocation ADD COLUMN IF NOT EXISTS noted_at DOUBLE;
