import { ChosenSigningKeys, type ChosenSigningKey } from '../../keys/chosen-signing-keys.js';
import type { OwnKeys } from '../../keys/own-keys.js';
import type { SigningKey } from '../../keys/verification-key.js';
import type { Settings } from '../../options/settings.js';
import { requireSubject, subjectHash } from '../../stores/session-id.js';
import { ownValue } from '../../types/claims.js';
import { newHeader } from './new-header.js';
import { claimsOf, newIssuance, tokenContent, type NewToken, type TokenContent, type Issuance } from './new-token.js';
import type { TokenCodec } from '../token-codec.js';

/** A token of which only the issuance is missing: no callback is left to be asked. */
export interface TokenDraft {
  readonly content: TokenContent;
  /** Signs it. */
  sign(issuance: Issuance): string;
}

/** Makes tokens. */
export class TokenFactory {
  private readonly chosenKeys: ChosenSigningKeys;

  constructor(
    private readonly settings: Settings,
    private readonly keys: OwnKeys,
    private readonly codec: TokenCodec,
  ) {
    this.chosenKeys = new ChosenSigningKeys(settings);
  }

  /** A signed token, of a session or of none. */
  async create(token: NewToken, sid: string | null = null): Promise<string> {
    const draft = await this.draft(token, sid !== null);
    if (sid !== null) requireSubject(sid, subjectHash(draft.content.identity));
    return draft.sign(newIssuance(draft.content, this.settings, sid));
  }

  /** All but the issuance; the callbacks run in Flask-JWT-Extended's order: headers, claims, identity, key. */
  async draft(token: NewToken, inSession = false): Promise<TokenDraft> {
    const header = await newHeader(token, this.settings);
    const given = await tokenContent(token, this.settings);
    const chosen = await this.chosenKey(token.identity);
    const content = bindContent(given, chosen);
    if (inSession) this.refuseOverridden(content);
    const { settings, codec, keys } = this;
    refuseOtherKid(header, chosen ?? keys.signingKey);
    return {
      content,
      // Asked as late as this: the key may have been replaced while the store answered.
      sign: (issuance) => codec.sign(header, claimsOf(content, issuance, settings), chosen ?? keys.signingKey),
    };
  }

  /** A session is found, judged and ended by these. */
  private refuseOverridden({ overriding }: TokenContent): void {
    const { identityClaim, sessionClaim } = this.settings;
    const claim = ['jti', 'type', 'csrf', sessionClaim, identityClaim].find((name) => Object.hasOwn(overriding, name));
    if (claim === undefined) return;
    throw new TypeError(`The claim "${claim}" of a session's token cannot be set by hand: its session depends on it.`);
  }

  /** The key of `encodeKey`; `null` without that callback. */
  private async chosenKey(identity: unknown): Promise<ChosenSigningKey | null> {
    const { encodeKey } = this.settings.callbacks;
    return encodeKey === undefined ? null : this.chosenKeys.choose(await encodeKey(identity));
  }
}

/** Adds the claims that go with the key; a call that says something else would make a token nobody takes. */
function bindContent(content: TokenContent, key: ChosenSigningKey | null): TokenContent {
  const claims = key?.claims ?? null;
  if (claims === null) return content;
  for (const [claim, value] of Object.entries(claims)) {
    const given = ownValue(content.overriding, claim);
    if (given === undefined || given === value) continue;
    throw new TypeError(`The claim "${claim}" of a new token goes with its key, which encodeKey chose.`);
  }
  return { ...content, overriding: { ...content.overriding, ...claims } };
}

function refuseOtherKid({ kid }: Readonly<Record<string, unknown>>, key: SigningKey): void {
  if (kid === undefined || key.kid === null || kid === key.kid) return;
  throw new TypeError('The header parameter "kid" of a new token is the name of its key, and cannot be set by hand.');
}
