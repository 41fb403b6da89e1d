import type { EncodeDecodeSettings } from './claim-options.js';
import type { ProviderSettings } from './identity-provider-options.js';
import type { OptionSection } from './option-section.js';
import { show } from './shown-value.js';

/** What decides whose keys verify a token. */
interface Issuers {
  readonly jwks: readonly ProviderSettings[];
  readonly issuer: EncodeDecodeSettings<string>;
}

/** Refuses options with which the `iss` of a token does not say whose keys verify it. */
export function checkIssuers({ jwks, issuer }: Issuers, hasOwnKeys: boolean, section: OptionSection): void {
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
    if (name !== null && isOwn(name, issuer)) {
      section.refuse('jwks', `has the issuer ${show(name)}, which "issuer" has, too. Each issuer has its own keys.`);
    }
  }
}

function isOwn(name: string, { encode, decode }: EncodeDecodeSettings<string>): boolean {
  return encode === name || decode?.includes(name) === true;
}
