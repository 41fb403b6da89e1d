import { ChosenSigningKeys, type ChosenSigningKey } from '../../keys/chosen-signing-keys.js';
import type { OwnKeys } from '../../keys/own-keys.js';
import type { SigningKey } from '../../keys/verification-key.js';
import type { BoundClaims } from '../../options/key-options.js';
import type { Settings } from '../../options/settings.js';
import { newSessionId, requireSubject, subjectHash } from '../../stores/session-id.js';
import { ownValue, SESSION_CLAIMS } from '../../types/claims.js';
import type { JwtEvent } from '../../events/jwt-event.js';
import type { JwtEvents } from '../../events/jwt-events.js';
import { newHeader } from './new-header.js';
import { newIssuance, type Issuance } from './issuance.js';
import { claimsOf, NEW_TOKEN, tokenContent, type NewToken, type TokenContent } from './new-token.js';
import type { TokenCodec } from '../token-codec.js';
import type { SignedToken } from '../verified-token.js';
import { fillDefaults } from '../verifying/claims.js';
import { checkedClaims, problemOfNewClaims } from '../verifying/claims-schema.js';
import { lookUpUser } from '../verifying/user-lookup.js';
import { membersOf } from '../../types/members.js';

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
    private readonly events: JwtEvents,
  ) {
    this.chosenKeys = new ChosenSigningKeys(settings);
  }

  /** Whether it has a key to sign with. A service that only verifies has none. */
  get canSign(): boolean {
    return this.settings.callbacks.encodeKey !== undefined || this.keys.canSign;
  }

  /** Creates a signed token, with or without a session. */
  async create(token: NewToken, sid: string | null = null): Promise<string> {
    const draft = await this.draft(token, sid !== null);
    if (sid !== null) requireSubject(sid, subjectHash(draft.content.identity));
    const signed = draft.sign(newIssuance(draft.content, this.settings, sid));
    // A token that follows another one, without a rotation: no refresh token was consumed.
    if (this.events.isObserved && ownValue(token, 'successorOf') !== undefined) {
      this.events.emit({ type: 'refreshed', identity: draft.content.identity, sid });
    }
    return signed;
  }

  /**
   * Signs a token again with another value of one claim, or without it. It stays the same token: its `jti`, its times and its
   * session do not change.
   */
  async withClaim(token: SignedToken, claim: string, value: unknown): Promise<string> {
    const header = Object.fromEntries(Object.entries(token.header).filter(([name]) => name !== 'alg'));
    const others = Object.entries(token.claims).filter(([name]) => name !== claim);
    const claims = Object.fromEntries(value === undefined ? others : [...others, [claim, value]]);
    return this.codec.sign(header, claims, await this.keyAgain(token));
  }

  /** The key for claims that were signed before. `encodeKey` gets the user, or the identity claim without a look-up. */
  private async keyAgain(token: SignedToken): Promise<SigningKey> {
    if (this.settings.callbacks.encodeKey === undefined) return this.keys.signingKey;
    const { claims } = this.settings;
    const checked = claims === null ? token.payload : await checkedClaims(token, claims);
    const user = await lookUpUser(token, this.settings, undefined, checked);
    const chosen = await this.chosenKey(user ?? ownValue(token.claims, this.settings.identityClaim));
    refuseUnbound(token.claims, chosen?.claims ?? {});
    return chosen ?? this.keys.signingKey;
  }

  /** Prepares a token. The callbacks run in Flask-JWT-Extended's order: headers, claims, identity, key. */
  async draft(newToken: NewToken, inSession = false): Promise<TokenDraft> {
    const token = membersOf(newToken, NEW_TOKEN);
    const header = await newHeader(token, this.settings);
    const unbound = await tokenContent(token, this.settings);
    const chosen = await this.chosenKey(token.identity);
    const content = bindContent(unbound, chosen);
    if (inSession) this.refuseOverridden(content);
    await this.refuseMismatch(content, inSession);
    const { settings, codec, keys } = this;
    refuseOtherKid(header, chosen ?? keys.signingKey);
    return {
      content,
      // Reads the signing key at this moment, because it may have been replaced during the call of the store.
      sign: (issuance) => {
        const claims = claimsOf(content, issuance, settings);
        const signed = codec.sign(header, claims, chosen ?? keys.signingKey);
        if (this.events.isObserved) this.events.emit(issuedEvent(content, claims, issuance, settings));
        return signed;
      },
    };
  }

  /** Refuses overridden claims that identify a session or its refresh token. */
  private refuseOverridden({ overriding }: TokenContent): void {
    const { identityClaim, sessionClaim } = this.settings;
    const claim = [...SESSION_CLAIMS, sessionClaim, identityClaim].find((name) => Object.hasOwn(overriding, name));
    if (claim === undefined) return;
    throw new TypeError(`The claim "${claim}" of a session's token cannot be set by hand: its session depends on it.`);
  }

  /** Refuses a new token that every request would refuse. Its claims are complete, apart from values such as its `jti`. */
  private async refuseMismatch(content: TokenContent, inSession: boolean): Promise<void> {
    const { settings } = this;
    if (settings.claims === null) return;
    const sid = inSession ? newSessionId(subjectHash(content.identity)) : null;
    const claims = claimsOf(content, newIssuance(content, settings, sid), settings);
    const problem = await problemOfNewClaims(fillDefaults(claims), settings.claims);
    if (problem === null) return;
    throw new TypeError(`The claims of a new token do not match the schema of the option claims: ${problem}.`);
  }

  /** The key of `encodeKey`; `null` without that callback. */
  private async chosenKey(identity: unknown): Promise<ChosenSigningKey | null> {
    const { encodeKey } = this.settings.callbacks;
    return encodeKey === undefined ? null : this.chosenKeys.choose(await encodeKey(identity));
  }
}

function issuedEvent({ type }: TokenContent, claims: object, { sid }: Issuance, settings: Settings): JwtEvent {
  return { type: 'issued', token: type, identity: ownValue(claims, settings.identityClaim), sid };
}

/** Adds the claims that are bound to the key. Refuses a call with other values, because verification would refuse the token. */
function bindContent(content: TokenContent, key: ChosenSigningKey | null): TokenContent {
  const claims = key?.claims ?? null;
  if (claims === null) return content;
  refuseUnbound(content.overriding, claims);
  return { ...content, overriding: { ...content.overriding, ...claims } };
}

function refuseUnbound(claims: object, bound: BoundClaims): void {
  for (const [claim, value] of Object.entries(bound)) {
    const other = ownValue(claims, claim);
    if (other === undefined || other === value) continue;
    throw new TypeError(
      `The claim "${claim}" of a new token is bound to its key by encodeKey, and has another value here.`,
    );
  }
}

function refuseOtherKid(header: Readonly<Record<string, unknown>>, key: SigningKey): void {
  const kid = ownValue(header, 'kid');
  if (kid === undefined || key.kid === null || kid === key.kid) return;
  throw new TypeError('The header parameter "kid" of a new token is the name of its key, and cannot be set by hand.');
}
