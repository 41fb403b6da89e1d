import { Concealed } from '../types/concealed.js';
import { acceptedAlgorithm, noKey, type KeySource } from '../keys/key-source.js';
import type { ClaimRules, VerificationKey } from '../keys/verification-key.js';
import type { ProviderSettings } from '../options/identity-provider-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { after, type Awaitable } from '../types/awaitable.js';
import type { JoseHeader } from '../types/claims.js';
import { fetchDocument } from './document.js';
import { withoutSecrets } from '../options/provider-address.js';
import { KeyAddress } from './key-address.js';
import { KeyCache, type FetchOutcome } from './key-cache.js';
import { KeySet, type KeyOwner } from './key-set.js';

/** An identity provider: its keys, and the rules for the claims of its tokens. */
@Concealed()
export class IdentityProvider implements KeySource {
  /** `null`: any. */
  readonly issuer: string | null;
  /** Its name in messages. */
  readonly name: string;
  /** The accepted algorithms. */
  readonly algorithms: ReadonlySet<string>;
  readonly cache: KeyCache;
  private readonly owner: KeyOwner;
  private readonly address: KeyAddress;

  constructor(
    private readonly provider: ProviderSettings,
    settings: Settings,
    report: (outcome: FetchOutcome) => void,
  ) {
    this.issuer = provider.issuer;
    this.algorithms = provider.algorithms;
    this.name = provider.issuer ?? withoutSecrets(provider.uri as string);
    this.owner = { name: this.name, algorithms: provider.algorithms, rules: rulesFor(provider, settings) };
    this.address = new KeyAddress(provider);
    this.cache = new KeyCache((signal, previous) => this.load(signal, previous), provider, report);
  }

  keysFor(header: JoseHeader): Awaitable<readonly VerificationKey[]> {
    const algorithm = acceptedAlgorithm(header, this.provider.algorithms) as JwtAlgorithm;
    return after(
      this.cache.keys(),
      (keys) =>
        keys.keysFor(header, algorithm) ??
        after(this.cache.keysAfterMiss(), (again) => again.keysFor(header, algorithm) ?? refuse()),
    );
  }

  private async load(signal: AbortSignal, previous: KeySet | null) {
    const request = { fetch: this.provider.fetch ?? fetch, maxBytes: this.provider.maxBytes, signal };
    try {
      const { document, maxAge } = await fetchDocument(await this.address.find(request), request);
      return { keys: new KeySet(document, this.owner, previous), maxAge };
    } catch (error) {
      this.address.clear();
      throw error;
    }
  }
}

function refuse(): never {
  throw noKey();
}

/** The rules of the options, with the issuer and audience of this provider. */
function rulesFor({ issuer, audience, freshFor }: ProviderSettings, settings: Settings): ClaimRules {
  const { leeway, verifySubject, identityClaim, requiredClaims } = settings;
  return Object.freeze({
    leeway,
    verifySubject,
    identityClaim,
    requiredClaims,
    freshFor,
    issuer: { encode: null, decode: issuer === null ? null : [issuer] },
    audience: { encode: null, decode: audience },
  });
}
