import { InvalidTokenException } from '../errors/exceptions.js';
import type { KeySource, LazyClaims } from '../keys/key-source.js';
import type { VerificationKey } from '../keys/verification-key.js';
import type { Settings } from '../options/settings.js';
import type { Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { IdentityProvider } from './identity-provider.js';
import type { FetchOutcome, KeyCache } from './key-cache.js';
import { hasMember } from '../types/members.js';

/** Called after every attempt to fetch the keys of a provider. */
export type ProviderListener = (provider: IdentityProvider, outcome: FetchOutcome) => void;

/** The identity providers of the option `jwks`. A token's `iss` chooses one of them; nothing in a token causes a fetch elsewhere. */
export class IdentityProviders {
  private readonly providers: readonly IdentityProvider[];
  private readonly byIssuer: ReadonlyMap<unknown, IdentityProvider>;
  /** The provider without an issuer, in an application with no other keys. */
  private readonly only: IdentityProvider | null;
  private listener: ProviderListener = () => undefined;
  private onWithdrawal: () => void = () => undefined;

  constructor(private readonly settings: Settings) {
    this.providers = settings.jwks.map((provider) => {
      const made: IdentityProvider = new IdentityProvider(provider, settings, (outcome) => this.report(made, outcome));
      return made;
    });
    this.byIssuer = new Map(this.providers.map((provider) => [provider.issuer, provider]));
    this.only = this.byIssuer.get(null) ?? null;
  }

  /** Starts to fetch the keys. Does not wait for them, so that the application can start while a provider is down. */
  start(listener: ProviderListener): void {
    this.listener = listener;
    for (const { cache } of this.providers) cache.start();
  }

  stop(): void {
    for (const { cache } of this.providers) cache.stop();
  }

  /** The keys of each provider, in the order of the option. */
  get caches(): readonly KeyCache[] {
    return this.providers.map(({ cache }) => cache);
  }

  /** Calls the listener when a provider no longer publishes a key that was in use. */
  whenWithdrawn(listener: () => void): void {
    this.onWithdrawal = listener;
  }

  /** The keys of the application's own tokens together with those of the providers. */
  combinedWith(own: KeySource): KeySource {
    if (this.providers.length === 0) return own;
    const ours = this.settings.hasOwnKeys ? own : null;
    return {
      keysFor: (
        header: JoseHeader,
        payload: LazyClaims,
        request?: HttpRequest,
      ): Awaitable<readonly VerificationKey[]> =>
        this.sourceOf(header, payload, ours).keysFor(header, payload, request),
    };
  }

  private report(provider: IdentityProvider, outcome: FetchOutcome): void {
    if (hasMember(outcome, 'keys') && outcome.keys.withdrawsKeys) this.onWithdrawal();
    this.listener(provider, outcome);
  }

  /** The `iss` decides. Our own keys verify a token of a provider's issuer if they alone have its algorithm. */
  private sourceOf(header: JoseHeader, payload: LazyClaims, ours: KeySource | null): KeySource {
    const provider = this.providerOf(payload);
    if (provider === null) return ours ?? refuseIssuer(payload);
    return ours !== null && this.isOwnToken(header, provider) ? ours : provider;
  }

  private isOwnToken(header: JoseHeader, { issuer, algorithms }: IdentityProvider): boolean {
    const { decodeAlgorithms, issuer: own } = this.settings;
    const algorithm = ownValue(header, 'alg') as string;
    if (algorithms.has(algorithm) || !decodeAlgorithms.has(algorithm)) return false;
    return own.decode === null || own.decode.includes(issuer as string);
  }

  private providerOf(payload: LazyClaims): IdentityProvider | null {
    return this.only ?? this.byIssuer.get(ownValue(payload.value, 'iss')) ?? null;
  }
}

/** A token without a provider, in an application without keys of its own. */
function refuseIssuer(payload: LazyClaims): never {
  const issuer = ownValue(payload.value, 'iss');
  if (issuer === undefined) throw new InvalidTokenException('Token is missing the "iss" claim');
  if (typeof issuer !== 'string') throw new InvalidTokenException('Payload Issuer (iss) must be a string');
  throw new InvalidTokenException('Invalid issuer');
}
