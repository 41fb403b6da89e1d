-- The table of SqlRevocationStore (nestjs-jwt-extended) in SQLite 3.35 or later.
-- It holds sessions, denied tokens and cut-offs of subjects. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       TEXT NOT NULL, -- hash of the identity
  kind          TEXT NOT NULL, -- session, denied, cut-off, ended
  id            TEXT NOT NULL, -- session id, hash of the jti, or empty
  revision      TEXT NOT NULL, -- changes with each write
  keep_until    REAL NOT NULL, -- the row can be deleted after this time
  cut_off       REAL,
  current_token TEXT,          -- this and the following columns: only sessions
  parent_token  TEXT,
  rotated_at    REAL,
  token_issued  REAL,          -- seconds
  token_expires REAL,          -- seconds
  csrf          TEXT,
  opened_at     REAL,
  used_at       REAL,
  expires_at    REAL,
  device        TEXT,
  ordinal       REAL,
  note          TEXT,          -- of a session that ended (kind: ended) or of a denied token
  noted_at      REAL,
  PRIMARY KEY (subject, kind, id)
);

CREATE INDEX IF NOT EXISTS jwt_revocation_keep_until ON jwt_revocation (keep_until);
