import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';

/** What the sample takes from its environment; it runs with nothing set. */
export class Environment {
  readonly port: number;
  readonly jwtSecret: string;
  readonly isProduction: boolean;
  /** Where sessions are kept: in PostgreSQL or Redis; where neither is given, in memory. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;

  constructor(variables: NodeJS.ProcessEnv) {
    this.port = readPort(variables.PORT);
    this.jwtSecret = readSecret(variables);
    this.isProduction = variables.NODE_ENV === 'production';
    this.databaseUrl = variables.DATABASE_URL || null;
    this.redisUrl = variables.REDIS_URL || null;
    if (this.databaseUrl !== null && this.redisUrl !== null) {
      throw new Error('DATABASE_URL and REDIS_URL are both set; sessions are kept in one place: unset one of them.');
    }
  }
}

function readPort(text = '3000'): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`PORT must be a number from 0 to 65535; it is "${text}".`);
  return port;
}

function readSecret({ JWT_SECRET_KEY: secret, NODE_ENV: mode }: NodeJS.ProcessEnv): string {
  if (secret) return secret;
  const cure = `Make one with: node -p "require('crypto').randomBytes(32).toString('hex')"`;
  if (mode === 'production') {
    throw new Error(
      'JWT_SECRET_KEY is not set. In production a secret made up at the start would log everybody out at each restart, ' +
        `and other instances would not know it. ${cure}`,
    );
  }
  new Logger(Environment.name).warn(`JWT_SECRET_KEY is not set: made up a secret for this run. ${cure}`);
  return randomBytes(32).toString('hex');
}
