-- The table of SqlRevocationStore (nestjs-jwt-extended) in MariaDB 10.6 or later.
-- It holds sessions, denied tokens and cut-offs. Times are milliseconds since 1970.

CREATE TABLE IF NOT EXISTS jwt_revocation (
  subject       VARCHAR(64)  NOT NULL, -- a hash of the identity
  kind          VARCHAR(8)   NOT NULL, -- session, denied, cut-off
  id            VARCHAR(128) NOT NULL, -- of the session, a hash of the jti, or empty
  revision      VARCHAR(32)  NOT NULL, -- another one after each change
  keep_until    DOUBLE       NOT NULL, -- may be deleted then
  cut_off       DOUBLE,
  current_token MEDIUMTEXT,            -- from here on of sessions alone
  parent_token  MEDIUMTEXT,
  rotated_at    DOUBLE,
  token_issued  DOUBLE,                -- in seconds
  token_expires DOUBLE,                -- in seconds
  csrf          MEDIUMTEXT,
  opened_at     DOUBLE,
  used_at       DOUBLE,
  expires_at    DOUBLE,
  device        MEDIUMTEXT,
  ordinal       DOUBLE,
  PRIMARY KEY (subject, kind, id),
  INDEX jwt_revocation_keep_until (keep_until)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
