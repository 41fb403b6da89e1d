import type { RotationOptions } from 'nestjs-jwt-extended';

/** How a process of these tests is set up. */
export interface WorkerSettings {
  readonly adapter: 'express' | 'fastify';
  readonly driver: 'redis' | 'ioredis' | 'pg' | 'mysql2';
  /** Where the store's server is, or something in front of it. */
  readonly storePort: number;
  /** The option `revocation.timeout`; default the library's. */
  readonly timeout?: '50ms' | '10s';
  readonly rotation?: Pick<RotationOptions, 'grace'>;
  /**
   * How long a user is looked up for, in milliseconds: each time something in between. That is where an application waits
   * between the library's check and the route, and before a rotation.
   */
  readonly userLookUpTakes?: readonly [least: number, most: number];
  /** Options for the driver's client besides where to connect to. */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
}

/** What a process of these tests tells the one that started it. */
export type WorkerMessage =
  | { readonly url: string }
  /** The tokens that `rotate()` answered, just before the process kills itself. */
  | { readonly rotated: { readonly accessToken: string; readonly refreshToken: string } };
