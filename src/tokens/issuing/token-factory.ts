import { ChosenSigningKeys, type ChosenSigningKey } from '../../keys/chosen-signing-keys.js';
import type { OwnKeys } from '../../keys/own-keys.js';
import type { SigningKey } from '../../keys/verification-key.js';
import type { Settings } from '../../options/settings.js';
import { requireSubject, subjectHash } from '../../stores/session-id.js';
import { ownValue, SESSION_CLAIMS } from '../../types/claims.js';
import { newHeader } from './new-header.js';
import { newIssuance, type Issuance } from './issuance.js';
import { claimsOf, tokenContent, type NewToken, type TokenContent } from './new-token.js';
import type { TokenCodec } from '../token-codec.js';

/** A complete token except for its issuance. All callbacks have run. */
export interface TokenDraft {
  readonly content: TokenContent;
  /** Returns the signed token. */
  sign(issuance: Issuance): string;
}

/** Creates tokens. */
export class TokenFactory {
  private readonly chosenKeys: ChosenSigningKeys;

  constructor(
    private readonly settings: Settings,
    private readonly keys: OwnKeys,
    private readonly codec: TokenCodec,
  ) {
    this.chosenKeys = new ChosenSigningKeys(settings);
  }

  /** Creates a signed token, with or without a session. */
  async create(token: NewToken, sid: string | null = null): Promise<string> {
    const draft = await this.draft(token, sid !== null);
    if (sid !== null) requireSubject(sid, subjectHash(draft.content.identity));
    return draft.sign(newIssuance(draft.content, this.settings, sid));
  }

  /** Prepares a token. The callbacks run in Flask-JWT-Extended's order: headers, claims, identity, key. */
  async draft(token: NewToken, inSession = false): Promise<TokenDraft> {
    const header = await newHeader(token, this.settings);
    const unbound = await tokenContent(token, this.settings);
    const chosen = await this.chosenKey(token.identity);
    const content = bindContent(unbound, chosen);
    if (inSession) this.refuseOverridden(content);
    const { settings, codec, keys } = this;
    refuseOtherKid(header, chosen ?? keys.signingKey);
    return {
      content,
      // Reads the signing key at this moment, because it may have been replaced during the call of the store.
      sign: (issuance) => codec.sign(header, claimsOf(content, issuance, settings), chosen ?? keys.signingKey),
    };
  }

  /** Refuses overridden claims that identify a session or its refresh token. */
  private refuseOverridden({ overriding }: TokenContent): void {
    const { identityClaim, sessionClaim } = this.settings;
    const claim = [...SESSION_CLAIMS, sessionClaim, identityClaim].find((name) => Object.hasOwn(overriding, name));
    if (claim === undefined) return;
    throw new TypeError(`The claim "${claim}" of a session's token cannot be set by hand: its session depends on it.`);
  }

  /** The key of `encodeKey`; `null` without that callback. */
  private async chosenKey(identity: unknown): Promise<ChosenSigningKey | null> {
    const { encodeKey } = this.settings.callbacks;
    return encodeKey === undefined ? null : this.chosenKeys.choose(await encodeKey(identity));
  }
}

/** Adds the claims that are bound to the key. Refuses a call with other values, because verification would refuse the token. */
function bindContent(content: TokenContent, key: ChosenSigningKey | null): TokenContent {
  const claims = key?.claims ?? null;
  if (claims === null) return content;
  for (const [claim, value] of Object.entries(claims)) {
    const other = ownValue(content.overriding, claim);
    if (other === undefined || other === value) continue;
    throw new TypeError(
      `The claim "${claim}" of a new token is bound to its key by encodeKey, and has another value here.`,
    );
  }
  return { ...content, overriding: { ...content.overriding, ...claims } };
}

function refuseOtherKid({ kid }: Readonly<Record<string, unknown>>, key: SigningKey): void {
  if (kid === undefined || key.kid === null || kid === key.kid) return;
  throw new TypeError('The header parameter "kid" of a new token is the name of its key, and cannot be set by hand.');
}
