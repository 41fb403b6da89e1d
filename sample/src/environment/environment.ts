import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';

/** The environment variables of the sample. All of them are optional. */
export class Environment {
  readonly port: number;
  readonly jwtSecret: string;
  readonly isProduction: boolean;
  /** The store of sessions: PostgreSQL, Redis, or memory if neither is set. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;

  constructor(variables: NodeJS.ProcessEnv) {
    this.port = readPort(variables.PORT);
    this.jwtSecret = readSecret(variables);
    this.isProduction = variables.NODE_ENV === 'production';
    this.databaseUrl = variables.DATABASE_URL || null;
    this.redisUrl = variables.REDIS_URL || null;
    if (this.databaseUrl !== null && this.redisUrl !== null) {
      throw new Error('DATABASE_URL and REDIS_URL are both set. Sessions need exactly one store: unset one of them.');
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
  const cure = `Create one with: node -p "require('crypto').randomBytes(32).toString('hex')"`;
  if (mode === 'production') {
    throw new Error(
      'JWT_SECRET_KEY is not set. In production, a random secret would log every user out at each restart, ' +
        `and other instances would not have it. ${cure}`,
    );
  }
  new Logger(Environment.name).warn(`JWT_SECRET_KEY is not set. This run uses a random secret. ${cure}`);
  return randomBytes(32).toString('hex');
}
