-- The table of SqlRevocationStore (nestjs-jwt-extended) in PostgreSQL 12 or later.
-- It holds sessions, denied tokens and cut-offs of subjects. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       text COLLATE "C" NOT NULL, -- hash of the identity
  kind          text COLLATE "C" NOT NULL, -- session, denied, cut-off, ended
  id            text COLLATE "C" NOT NULL, -- session id, hash of the jti, or empty
  revision      text             NOT NULL, -- changes with each write
  keep_until    double precision NOT NULL, -- the row can be deleted after this time
  cut_off       double precision,
  current_token text,                      -- this and the following columns: only sessions
  parent_token  text,
  rotated_at    double precision,
  token_issued  double precision,          -- seconds
  token_expires double precision,          -- seconds
  csrf          text,
  opened_at     double precision,
  used_at       double precision,
  expires_at    double precision,
  device        text,
  ordinal       double precision,
  note          text,                      -- of a session that ended (kind: ended) or of a denied token
  noted_at      double precision,
  PRIMARY KEY (subject, kind, id)
);

CREATE INDEX IF NOT EXISTS jwt_revocation_keep_until ON jwt_revocation (keep_until);
