-- The table of SqlRevocationStore (nestjs-jwt-extended) in SQLite 3.35 or later.
-- It holds sessions, denied tokens and cut-offs. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       TEXT NOT NULL, -- a hash of the identity
  kind          TEXT NOT NULL, -- session, denied, cut-off
  id            TEXT NOT NULL, -- of the session, a hash of the jti, or empty
  revision      TEXT NOT NULL, -- another one after each change
  keep_until    REAL NOT NULL, -- may be deleted then
  cut_off       REAL,
  current_token TEXT,          -- from here on of sessions alone
  parent_token  TEXT,
  rotated_at    REAL,
  token_issued  REAL,          -- in seconds
  token_expires REAL,          -- in seconds
  csrf          TEXT,
  opened_at     REAL,
  used_at       REAL,
  expires_at    REAL,
  device        TEXT,
  ordinal       REAL,
  PRIMARY KEY (subject, kind, id)
);

CREATE INDEX IF NOT EXISTS jwt_revocation_keep_until ON jwt_revocation (keep_until);
