import { prepareVerificationKey } from '../keys/prepare-key.js';
import type { ClaimRules, VerificationKey } from '../keys/verification-key.js';
import { show } from '../options/shown-value.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { readPublishedKey, type PublishedKey } from './published-key.js';

/** More keys than this for a token that names none would make verifying it a matter of trying. */
const MOST_UNNAMED = 4;

/** Whose keys they are. */
export interface KeyOwner {
  /** What messages call it. */
  readonly name: string;
  readonly algorithms: ReadonlySet<string>;
  /** What the claims of its tokens are held against. */
  readonly rules: ClaimRules;
}

/** The usable keys of a JWK Set (RFC 7517 s.5). What cannot be used is passed over, and told. */
export class KeySet {
  /** Why entries were passed over, a sentence each. */
  readonly problems: string[] = [];
  /** A key that was in use before is not here any more. */
  withdrawsKeys = false;
  private readonly keys: readonly PublishedKey[];
  private readonly named = new Map<string, PublishedKey[]>();
  /** Each key is prepared when it is first needed, for a set may hold thousands. */
  private readonly prepared = new Map<string, VerificationKey | null>();

  /** A document that holds no usable key is an error: it is no reason to forget those that are known. */
  constructor(
    document: Readonly<Record<string, unknown>>,
    private readonly owner: KeyOwner,
    previous: KeySet | null = null,
  ) {
    const entries = ownValue(document, 'keys');
    if (!Array.isArray(entries)) throw new Error(`${owner.name} published no JWK Set: "keys" is no list.`);
    this.keys = this.withoutDuplicates(this.read(entries));
    for (const key of this.keys)
      if (key.kid !== null) this.named.set(key.kid, [...(this.named.get(key.kid) ?? []), key]);
    this.adopt(previous);
    if (!this.keys.some((key) => this.isUsable(key))) {
      throw new Error([`${owner.name} published no usable key`, ...this.problems.slice(0, 3)].join('. '));
    }
  }

  /** The keys for a token's header; `null`: it names one that is not here. */
  keysFor(header: JoseHeader, algorithm: JwtAlgorithm): readonly VerificationKey[] | null {
    const kid = ownValue(header, 'kid') as string | undefined;
    const named = kid === undefined ? this.keys : this.named.get(kid);
    if (named === undefined) return null;
    const suiting = named.filter(({ algorithms }) => algorithms.includes(algorithm));
    if (suiting.length > MOST_UNNAMED) return [];
    const keys = suiting.map((key) => this.prepare(key, algorithm)).filter((key) => key !== null);
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

  /** A name that stands for two different keys stands for none (RFC 7517 s.4.5). */
  private withoutDuplicates(keys: readonly PublishedKey[]): PublishedKey[] {
    const byUse = new Map<string, Set<string>>();
    for (const key of keys) {
      for (const use of usesOf(key)) byUse.set(use, (byUse.get(use) ?? new Set()).add(JSON.stringify(key.jwk)));
    }
    return keys.filter((key) => {
      const isUnique = key.kid === null || usesOf(key).every((use) => byUse.get(use)?.size === 1);
      if (!isUnique) this.problems.push(`the kid ${show(key.kid)} stands for several keys`);
      return isUnique;
    });
  }

  /** A key that was there before stays the same object, so that what was verified with it stays known. */
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
