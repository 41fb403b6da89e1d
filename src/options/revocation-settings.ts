import { RevocationStore } from '../stores/revocation-store.js';
import { LIBRARY_CLAIMS } from '../types/claims.js';
import { type OptionReader, show } from './option-reader.js';
import type { LocalCacheSettings, RevocationSettings, RotationSettings, Settings } from './settings.js';

const ROTATION = ['grace', 'maxAge', 'idle', 'maxPerUser', 'adopt', 'onReuse'];

/** Where sessions and revoked tokens are kept, and how refresh tokens are replaced. */
export function resolveRevocation(options: OptionReader): Pick<Settings, 'revocation' | 'rotation' | 'sessionClaim'> {
  const revocation = readRevocation(options);
  if (revocation === null && (options.raw('rotation') ?? null) !== null) {
    options.refuse(
      'rotation',
      'needs a store: set revocation: { store: new MemoryRevocationStore() }, for one process.',
    );
  }
  return { revocation, rotation: readRotation(options), sessionClaim: readSessionClaim(options) };
}

function readRevocation(options: OptionReader): RevocationSettings | null {
  if ((options.raw('revocation') ?? null) === null) return null;
  const section = options.section('revocation', ['store', 'timeout', 'local']);
  const store = section.raw('store');
  if (!isStore(store)) {
    return section.refuse(
      'store',
      `must be a RevocationStore, for one new MemoryRevocationStore(); it is ${show(store)}.`,
    );
  }
  const timeout = section.duration('timeout', '1s') * 1000;
  if (timeout === 0) section.refuse('timeout', 'must be more than zero.');
  return Object.freeze({ store, timeout, local: readLocal(section, store) });
}

function readLocal(revocation: OptionReader, store: RevocationStore): LocalCacheSettings | null {
  if ((revocation.raw('local') ?? null) === null) return null;
  const section = revocation.section('local', ['staleness', 'push', 'maxEntries']);
  const staleness = section.lifetime('staleness', undefined) ?? section.refuse('staleness', 'must be a duration.');
  const push = section.flag('push', false);
  if (push && store.watchProblem !== null) {
    section.refuse('push', `is not to be had. ${store.watchProblem ?? 'This store cannot tell of changes.'}`);
  }
  return Object.freeze({ staleness: staleness * 1000, push, maxEntries: section.integer('maxEntries', 10_000, 1) });
}

/** By its methods, so that a store made for the other copy of this package is one too. */
function isStore(value: unknown): value is RevocationStore {
  if (value instanceof RevocationStore) return true;
  const methods: (keyof RevocationStore)[] = ['now', 'lookUp', 'openSession', 'present', 'endSession', 'endSessions'];
  const candidate = (value ?? {}) as Partial<RevocationStore>;
  return [...methods, 'deny' as const, 'listSessions' as const].every((name) => typeof candidate[name] === 'function');
}

function readRotation(options: OptionReader): RotationSettings {
  const section = options.section('rotation', ROTATION);
  const optional = (name: string) => (section.raw(name) === undefined ? null : section.lifetime(name, null));
  const maxAge = optional('maxAge');
  const idle = optional('idle');
  return Object.freeze({
    grace: section.duration('grace', '10s') * 1000,
    maxAge: maxAge === null ? null : maxAge * 1000,
    idle: idle === null ? null : Math.ceil(idle),
    maxPerUser: section.raw('maxPerUser') === undefined ? null : section.integer('maxPerUser', 0, 1),
    adopt: section.flag('adopt', false),
    onReuse: section.callback<(event: unknown) => unknown>('onReuse') ?? null,
  });
}

function readSessionClaim(options: OptionReader): string {
  const claim = options.text('sessionClaim', 'sid');
  if ([...LIBRARY_CLAIMS, 'sub'].includes(claim) || claim === options.raw('identityClaim')) {
    options.refuse('sessionClaim', `must not be "${claim}", which has a meaning of its own in every token.`);
  }
  return claim;
}
