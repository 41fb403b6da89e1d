-- The table of SqlRevocationStore (nestjs-jwt-extended) in PostgreSQL 12 or later.
-- It holds sessions, denied tokens and cut-offs. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       text COLLATE "C" NOT NULL, -- a hash of the identity
  kind          text COLLATE "C" NOT NULL, -- session, denied, cut-off
  id            text COLLATE "C" NOT NULL, -- of the session, a hash of the jti, or empty
  revision      text             NOT NULL, -- another one after each change
  keep_until    double precision NOT NULL, -- may be deleted then
  cut_off       double precision,
  current_token text,                      -- from here on of sessions alone
  parent_token  text,
  rotated_at    double precision,
  token_issued  double precision,          -- in seconds
  token_expires double precision,          -- in seconds
  csrf          text,
  opened_at     double precision,
  used_at       double precision,
  expires_at    double precision,
  device        text,
  ordinal       double precision,
  PRIMARY KEY (subject, kind, id)
);

CREATE INDEX IF NOT EXISTS jwt_revocation_keep_until ON jwt_revocation (keep_until);
