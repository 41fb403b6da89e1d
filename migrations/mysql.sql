-- The table of SqlRevocationStore (nestjs-jwt-extended) in MariaDB 10.6 or later.
-- It holds sessions, denied tokens and cut-offs of subjects. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       VARCHAR(64)  NOT NULL, -- hash of the identity
  kind          VARCHAR(8)   NOT NULL, -- session, denied, cut-off, ended
  id            VARCHAR(128) NOT NULL, -- session id, hash of the jti, or empty
  revision      VARCHAR(32)  NOT NULL, -- changes with each write
  keep_until    DOUBLE       NOT NULL, -- the row can be deleted after this time
  cut_off       DOUBLE,
  current_token MEDIUMTEXT,            -- this and the following columns: only sessions
  parent_token  MEDIUMTEXT,
  rotated_at    DOUBLE,
  token_issued  DOUBLE,                -- seconds
  token_expires DOUBLE,                -- seconds
  csrf          MEDIUMTEXT,
  opened_at     DOUBLE,
  used_at       DOUBLE,
  expires_at    DOUBLE,
  device        MEDIUMTEXT,
  ordinal       DOUBLE,
  note          MEDIUMTEXT,            -- of a session that ended (kind: ended) or of a denied token
  noted_at      DOUBLE,
  PRIMARY KEY (subject, kind, id),
  INDEX jwt_revocation_keep_until (keep_until)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
