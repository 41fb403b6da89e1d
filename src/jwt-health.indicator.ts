import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { IdentityProviders } from './jwks/identity-providers.js';
import type { Duration } from './options/duration.js';
import { readOptions, type ReadersOf } from './options/option-section.js';
import { timeLimit } from './options/readers.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import { SessionManager } from './sessions/session-manager.js';
import { Concealed } from './types/concealed.js';

/** Options of the methods of `JwtHealthIndicator`. */
export interface JwtHealthOptions {
  /**
   * How long the check waits before the answer is `down`. The store is also `down` after `revocation.timeout`.
   * @default '1s'
   */
  timeout?: Duration | undefined;
}

/** A result for `HealthCheckService.check()` of `@nestjs/terminus`, by its key. */
export type JwtHealthResult<Key extends string = string> = Record<
  Key,
  {
    /** `down`: requests that need the store or the keys are answered 503. */
    status: 'up' | 'down';
    /** What is wrong, without an address or an error of a driver. The log has these. */
    message?: string | undefined;
    /** The options of the providers whose keys are missing, such as `jwks[1]`. */
    unavailable?: string[] | undefined;
  }
>;

const OPTIONS = {
  /** Milliseconds. */
  timeout: timeLimit('1s'),
} satisfies ReadersOf<JwtHealthOptions>;

/**
 * Health checks for `@nestjs/terminus` 11 and 12: the store of sessions, and the keys of identity providers. Add it to the
 * providers of the module with your health controller.
 *
 * @example
 * this.health.check([() => this.jwt.store(), () => this.jwt.keySets()]);
 */
@Injectable()
@Concealed()
export class JwtHealthIndicator {
  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(IdentityProviders) private readonly providers: IdentityProviders,
  ) {}

  /**
   * Asks the store what the guard asks it for a request.
   *
   * @param key the name of the result
   * @throws TypeError without a store, or for a wrong option
   */
  async store<Key extends string = 'jwt-store'>(
    key = 'jwt-store' as Key,
    options?: JwtHealthOptions,
  ): Promise<JwtHealthResult<Key>> {
    const { timeout } = readOptions(options, OPTIONS, { owner: 'JwtHealthIndicator.store()' });
    const client = this.sessions.store;
    if (client === null) throw new TypeError('JwtHealthIndicator.store() needs a store: set the option revocation.');
    // A new subject each time, so that the checks reach each node of a cluster.
    const subject = randomBytes(16).toString('base64url');
    const isUp = await succeeds(() => client.lookUp({ subject, sid: null, jti: 'health-check' }, false), timeout);
    return resultOf(key, isUp ? null : { message: 'The revocation store does not answer.' });
  }

  /**
   * Whether the keys of each provider of the option `jwks` are here. Keys of an earlier fetch count as long as they are used.
   *
   * @param key the name of the result
   * @throws TypeError without the option `jwks`, or for a wrong option
   */
  async keySets<Key extends string = 'jwt-keys'>(
    key = 'jwt-keys' as Key,
    options?: JwtHealthOptions,
  ): Promise<JwtHealthResult<Key>> {
    const { timeout } = readOptions(options, OPTIONS, { owner: 'JwtHealthIndicator.keySets()' });
    const paths = this.settings.jwks.map(({ path }) => path);
    if (paths.length === 0) throw new TypeError('JwtHealthIndicator.keySets() needs the option jwks.');
    const areHere = await Promise.all(this.providers.caches.map((cache) => succeeds(() => cache.keys(), timeout)));
    const unavailable = paths.filter((_path, index) => !areHere[index]);
    const message = 'The keys of an identity provider are missing.';
    return resultOf(key, unavailable.length === 0 ? null : { message, unavailable });
  }
}

function resultOf<Key extends string>(
  key: Key,
  problem: { message: string; unavailable?: string[] } | null,
): JwtHealthResult<Key> {
  const result = problem === null ? { status: 'up' as const } : { status: 'down' as const, ...problem };
  return { [key]: result } as JwtHealthResult<Key>;
}

/** Whether the work ends well in time. Its error is not passed on, because it can name an address. */
async function succeeds(work: () => unknown, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, milliseconds, false)));
  const done = (async () => work())().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
