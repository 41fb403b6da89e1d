import type { EncodeDecodeSettings } from './claim-options.js';
import type { ProviderSettings } from './identity-provider-options.js';
import type { KeySettings } from './key-settings.js';
import type { OptionSection } from './option-section.js';
import { show } from './shown-value.js';

/** What decides whose keys verify a token. */
interface Issuers {
  readonly jwks: readonly ProviderSettings[];
  readonly issuer: EncodeDecodeSettings<string>;
}

/**
 * Refuses options with which a token does not say whose keys verify it. The `iss` says it. With one issuer for both, as in a
 * migration from a secret to a provider, the algorithm says it.
 */
export function checkIssuers({ jwks, issuer }: Issuers, keys: KeySettings, section: OptionSection): void {
  const { hasOwnKeys, decodeAlgorithms } = keys;
  const nameless = jwks.find((provider) => provider.issuer === null);
  if (nameless !== undefined && (hasOwnKeys || jwks.length > 1)) {
    section.refuse(
      `${nameless.path}.issuer`,
      "is missing. With other keys in the options, a token's 'iss' decides whose keys verify it.",
    );
  }
  const issuers = jwks.map((provider) => provider.issuer);
  for (const [index, name] of issuers.entries()) {
    if (issuers.indexOf(name) !== index) section.refuse('jwks', `has the issuer ${show(name)} in two entries.`);
    const shared = [...decodeAlgorithms].filter((algorithm) => jwks[index]?.algorithms.has(algorithm));
    if (hasOwnKeys && name !== null && isOwn(name, issuer) && shared.length > 0) {
      section.refuse(
        'jwks',
        `has the issuer ${show(name)}, which "issuer" has, too, and both accept ${shared.join(', ')}. Give each its own ` +
          'issuer, or set "algorithms" of the provider to others than our own.',
      );
    }
  }
}

function isOwn(name: string, { encode, decode }: EncodeDecodeSettings<string>): boolean {
  return encode === name || decode?.includes(name) === true;
}
