import type { RotationOptions } from 'nestjs-jwt-extended';

/** How a process of these tests is set up. */
export interface WorkerSettings {
  readonly adapter: 'express' | 'fastify';
  readonly driver: 'redis' | 'ioredis' | 'pg' | 'mysql2';
  /** Where the store's server is, or something in front of it. */
  readonly storePort: number;
  /** The option `revocation.timeout`; default the library's. */
  readonly timeout?: '50ms' | '10s';
  /** The option `revocation.local`; default none. */
  readonly local?: { readonly staleness: '500ms' | '1s'; readonly push?: boolean };
  readonly rotation?: Pick<RotationOptions, 'grace'>;
  /** How long the user of a token is looked up for at most, in milliseconds: each time a random part of it. */
  readonly lookUpPause?: number;
  /** Options for the driver's client besides where to connect to. */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
}

/** A message of a process of these tests to its parent. */
export type WorkerMessage =
  | { readonly url: string }
  /** The tokens that `rotate()` answered, just before the process kills itself. */
  | { readonly rotated: { readonly accessToken: string; readonly refreshToken: string } };
