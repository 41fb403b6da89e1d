import type { ConnectionOptions, RotationOptions } from 'nestjs-jwt-extended';

export type SocketKind = 'socket.io' | 'ws';

/** The settings of a process in these tests. */
export interface WorkerSettings {
  readonly adapter: 'express' | 'fastify';
  readonly driver: 'redis' | 'ioredis' | 'pg' | 'mysql2';
  /** The port of the store's server, or of a proxy before it. */
  readonly storePort: number;
  /** The option `revocation.timeout`. By default that of the library. */
  readonly timeout?: '50ms' | '10s';
  /** The option `revocation.local`. By default none. */
  readonly local?: { readonly staleness: '500ms' | '1s'; readonly push?: boolean };
  readonly rotation?: Pick<RotationOptions, 'grace'>;
  readonly connections?: ConnectionOptions;
  /** The longest look-up of a user, in milliseconds. Each look-up takes a random part of it. */
  readonly lookUpPause?: number;
  /** Serves a gateway for protected sockets of this kind. By default none. */
  readonly sockets?: SocketKind;
  /** Options for the driver's client, in addition to its address. */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
}

/** A message of such a process to its parent. */
export type WorkerMessage =
  | { readonly url: string }
  /** The tokens that `rotate()` returned immediately before the process killed itself. */
  | { readonly rotated: { readonly accessToken: string; readonly refreshToken: string } };
