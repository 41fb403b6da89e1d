import { Concealed } from '../types/concealed.js';
import { addressProblem } from '../options/provider-address.js';
import type { ProviderSettings } from '../options/identity-provider-options.js';
import { ownValue } from '../types/claims.js';
import { fetchDocument, type DocumentRequest } from './document.js';

/** The address of a provider's keys: the option `uri`, or `jwks_uri` of its configuration (OpenID Connect Discovery 1.0 s.4). */
@Concealed()
export class KeyAddress {
  private found: string | null = null;

  constructor(private readonly provider: ProviderSettings) {}

  async find(request: DocumentRequest): Promise<string> {
    return this.provider.uri ?? (this.found ??= await this.discover(this.provider.issuer as string, request));
  }

  /** Looks the address up again the next time. It may have changed when a fetch failed. */
  clear(): void {
    this.found = null;
  }

  private async discover(issuer: string, request: DocumentRequest): Promise<string> {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { document } = await fetchDocument(address, request);
    // s.4.3: else one provider could publish keys in the name of another.
    if (ownValue(document, 'issuer') !== issuer) {
      throw new Error(
        `${address} is the configuration of another issuer: ${JSON.stringify(ownValue(document, 'issuer'))}.`,
      );
    }
    const found = ownValue(document, 'jwks_uri');
    const problem = addressProblem(found, this.provider.allowInsecure) ?? this.downgrade(issuer, found as string);
    if (problem === null) return found as string;
    throw new Error(`${address} names a jwks_uri that ${problem}`);
  }

  /** A configuration that was fetched over https must not lead to an http server of this machine. */
  private downgrade(issuer: string, found: string): string | null {
    const isWorse = issuer.startsWith('https:') && !found.startsWith('https:');
    return isWorse && !this.provider.allowInsecure ? 'must be https, like the issuer.' : null;
  }
}
