import type { Duration } from './duration.js';
import type { ReadersOf, ValuesOf } from './option-section.js';
import { atMost, flag, positiveMilliseconds, sectionOf } from './readers.js';

/** How sockets, GraphQL subscriptions and event streams end with the token that opened them. */
export interface ConnectionOptions {
  /**
   * How often the store and `isTokenRevoked` are asked about open connections: once for each token, however many connections it
   * has. A store that reports changes is asked only after a change (Redis, PostgreSQL with `listen`, memory).
   * @default '5s'
   */
  recheck?: Duration | undefined;
  /**
   * How long connections stay open without an answer of the store. After that, they end with `RevocationUnavailableException`.
   * @default '60s'
   */
  maxUnknown?: Duration | undefined;
  /**
   * End connections when their token expires.
   * @default true
   */
  endOnExpiry?: boolean | undefined;
  /**
   * End connections when their token is revoked or their session ends. With `false`, nothing is asked about open connections.
   * @default true
   */
  endOnRevocation?: boolean | undefined;
}

const CONNECTIONS = {
  /** Milliseconds. */
  recheck: atMost(
    positiveMilliseconds('5s'),
    3_600_000,
    "'1h'",
    'A revoked token would keep its connections for that long.',
  ),
  /** Milliseconds. */
  maxUnknown: atMost(
    positiveMilliseconds('60s'),
    86_400_000,
    "'1d'",
    'A revoked token would keep its connections for that long while the store does not answer.',
  ),
  endOnExpiry: flag(true),
  endOnRevocation: flag(true),
} satisfies ReadersOf<ConnectionOptions>;

/** @internal The settled option `connections`. */
export type ConnectionSettings = ValuesOf<typeof CONNECTIONS>;

/** @internal */
export const connections = sectionOf(CONNECTIONS);
