import { prepareVerificationKey } from '../keys/prepare-key.js';
import type { ClaimRules, VerificationKey } from '../keys/verification-key.js';
import { show } from '../options/shown-value.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { readPublishedKey, type PublishedKey } from './published-key.js';

/** The most keys that are tried to find a usable one. A weak key takes 0.1 ms, and requests wait meanwhile. */
const MOST_TRIED = 500;

/** The most keys that are tried for a token without `kid`. */
const MOST_UNNAMED = 4;

/** The owner of the keys. */
export interface KeyOwner {
  /** Its name in messages. */
  readonly name: string;
  /** The accepted algorithms. */
  readonly algorithms: ReadonlySet<string>;
  /** The rules for the claims of its tokens. */
  readonly rules: ClaimRules;
}

/** The usable keys of a JWK Set (RFC 7517 s.5). Other entries are skipped and reported in `problems`. */
export class KeySet {
  /** Why entries are not used, one text each. */
  readonly problems: string[] = [];
  /** Whether a key that was in use is missing in this set. */
  withdrawsKeys = false;
  private readonly keys: readonly PublishedKey[];
  private readonly named = new Map<string, PublishedKey[]>();
  /** Keys are prepared when they are first used, because a set can have thousands. */
  private readonly prepared = new Map<string, VerificationKey | null>();

  /** A document without a usable key is an error, so that the previous keys stay in use. */
  constructor(
    document: Readonly<Record<string, unknown>>,
    private readonly owner: KeyOwner,
    previous: KeySet | null = null,
  ) {
    const entries = ownValue(document, 'keys');
    if (!Array.isArray(entries)) throw new Error(`${owner.name} did not publish a JWK Set: "keys" is not a list.`);
    this.keys = this.withoutDuplicates(this.read(entries));
    for (const key of this.keys)
      if (key.kid !== null) this.named.set(key.kid, [...(this.named.get(key.kid) ?? []), key]);
    this.adopt(previous);
    if (!this.keys.slice(0, MOST_TRIED).some((key) => this.isUsable(key))) {
      throw new Error([`${owner.name} published no usable key`, ...this.problems.slice(0, 3)].join('. '));
    }
  }

  /** The keys for a token's header. `null`: the set does not have the key that the token names. */
  keysFor(header: JoseHeader, algorithm: JwtAlgorithm): readonly VerificationKey[] | null {
    const kid = ownValue(header, 'kid') as string | undefined;
    const named = kid === undefined ? this.keys : this.named.get(kid);
    if (named === undefined) return null;
    const fitting = named.filter(({ algorithms }) => algorithms.includes(algorithm));
    if (fitting.length > MOST_UNNAMED) return [];
    const keys = fitting.map((key) => this.prepare(key, algorithm)).filter((key) => key !== null);
    return kid === undefined && keys.length === 0 ? null : keys;
  }

  private read(entries: readonly unknown[]): PublishedKey[] {
    return entries.flatMap((entry) => {
      const key = readPublishedKey(entry, this.owner.algorithms);
      if (typeof key !== 'string') return [key];
      this.problems.push(key);
      return [];
    });
  }

  /** Skips keys that share a `kid` with a different key, because the `kid` then does not choose one (RFC 7517 s.4.5). */
  private withoutDuplicates(keys: readonly PublishedKey[]): PublishedKey[] {
    const byUse = new Map<string, Set<string>>();
    for (const key of keys) {
      for (const use of usesOf(key)) byUse.set(use, (byUse.get(use) ?? new Set()).add(JSON.stringify(key.jwk)));
    }
    return keys.filter((key) => {
      const isUnique = key.kid === null || usesOf(key).every((use) => byUse.get(use)?.size === 1);
      if (!isUnique) this.problems.push(`several keys have the kid ${show(key.kid)}`);
      return isUnique;
    });
  }

  /** An unchanged key keeps its object, so that its cached tokens stay valid. */
  private adopt(previous: KeySet | null): void {
    if (previous === null) return;
    const ids = new Set(this.keys.flatMap((key) => key.algorithms.map((algorithm) => idOf(key, algorithm))));
    for (const [id, key] of previous.prepared) {
      if (ids.has(id)) this.prepared.set(id, key);
      else if (key !== null) this.withdrawsKeys = true;
    }
  }

  private isUsable(key: PublishedKey): boolean {
    return key.algorithms.some((algorithm) => this.prepare(key, algorithm) !== null);
  }

  private prepare(published: PublishedKey, algorithm: JwtAlgorithm): VerificationKey | null {
    const id = idOf(published, algorithm);
    const known = this.prepared.get(id);
    if (known !== undefined) return known;
    const key = this.prepareNew(published, algorithm);
    this.prepared.set(id, key);
    return key;
  }

  private prepareNew({ kid, jwk }: PublishedKey, algorithm: JwtAlgorithm): VerificationKey | null {
    const { name, rules } = this.owner;
    const preparation = { algorithm, allowWeakSecret: false, name: `the key ${show(kid)} of ${name}` };
    try {
      const key = prepareVerificationKey(jwk, preparation);
      return Object.freeze({ kid, algorithm, key, notAfter: null, own: false, rules, claims: null });
    } catch (error) {
      this.problems.push((error as Error).message);
      return null;
    }
  }
}

function idOf({ kid, jwk }: PublishedKey, algorithm: JwtAlgorithm): string {
  return JSON.stringify([kid, algorithm, jwk]);
}

function usesOf({ kid, algorithms }: PublishedKey): string[] {
  return algorithms.map((algorithm) => JSON.stringify([kid, algorithm]));
}
