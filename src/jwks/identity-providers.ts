import { InvalidTokenException } from '../errors/exceptions.js';
import type { KeySource } from '../keys/key-source.js';
import type { VerificationKey } from '../keys/verification-key.js';
import type { Settings } from '../options/settings.js';
import type { Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { IdentityProvider } from './identity-provider.js';
import type { FetchOutcome } from './key-cache.js';

type Claims = Readonly<Record<string, unknown>>;

/** Receives the outcome of each attempt to fetch the keys of a provider. */
export type ProviderListener = (provider: IdentityProvider, outcome: FetchOutcome) => void;

/** The identity providers of the option `jwks`. The issuer of a token chooses among them, and has no other effect. */
export class IdentityProviders {
  private readonly providers: readonly IdentityProvider[];
  private readonly byIssuer: ReadonlyMap<unknown, IdentityProvider>;
  /** The provider without an issuer, in an application with one provider and no keys of its own. */
  private readonly only: IdentityProvider | null;
  private listener: ProviderListener = () => undefined;
  private onWithdrawal: () => void = () => undefined;

  constructor(private readonly settings: Settings) {
    this.providers = settings.jwks.map((provider) => {
      const made: IdentityProvider = new IdentityProvider(provider, settings, (outcome) => this.tell(made, outcome));
      return made;
    });
    this.byIssuer = new Map(this.providers.map((provider) => [provider.issuer, provider]));
    this.only = this.byIssuer.get(null) ?? null;
  }

  /** Starts to fetch the keys. The application does not wait for them, so it starts while its providers are down. */
  start(listener: ProviderListener): void {
    this.listener = listener;
    for (const { cache } of this.providers) cache.start();
  }

  stop(): void {
    for (const { cache } of this.providers) cache.stop();
  }

  /** Calls the listener when a provider has withdrawn a key that was in use. */
  whenWithdrawn(listener: () => void): void {
    this.onWithdrawal = listener;
  }

  /** Combines the keys of our own tokens with the keys of the providers. */
  beside(own: KeySource): KeySource {
    if (this.providers.length === 0) return own;
    const ours = this.settings.hasOwnKeys ? own : null;
    return {
      keysFor: (header: JoseHeader, payload: Claims, request?: HttpRequest): Awaitable<readonly VerificationKey[]> =>
        (this.providerOf(payload) ?? ours ?? foreign(payload)).keysFor(header, payload, request),
    };
  }

  private tell(provider: IdentityProvider, outcome: FetchOutcome): void {
    if ('keys' in outcome && outcome.keys.withdrawsKeys) this.onWithdrawal();
    this.listener(provider, outcome);
  }

  private providerOf(payload: Claims): KeySource | null {
    return this.only ?? this.byIssuer.get(ownValue(payload, 'iss')) ?? null;
  }
}

function foreign(payload: Claims): never {
  const issuer = ownValue(payload, 'iss');
  if (issuer === undefined) throw new InvalidTokenException('Token is missing the "iss" claim');
  if (typeof issuer !== 'string') throw new InvalidTokenException('Payload Issuer (iss) must be a string');
  throw new InvalidTokenException('Invalid issuer');
}
