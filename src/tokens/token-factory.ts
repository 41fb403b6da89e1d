import type { KeyObject } from 'node:crypto';
import type { Settings } from '../options/settings.js';
import { requireSubject, subjectHash } from '../revocation/session-id.js';
import { prepareSecret, type KeyRing } from './keys.js';
import { newHeader } from './new-header.js';
import { claimsOf, newStamp, tokenContent, type NewToken, type TokenContent, type TokenStamp } from './new-token.js';
import type { TokenCodec } from './token-codec.js';

/** A token of which only the stamp is missing: no callback is left to be asked. */
export interface TokenDraft {
  readonly content: TokenContent;
  /** Signs it. */
  sign(stamp: TokenStamp): string;
}

/** Makes tokens. */
export class TokenFactory {
  constructor(
    private readonly settings: Settings,
    private readonly keys: KeyRing,
    private readonly codec: TokenCodec,
  ) {}

  /** A signed token, of a session or of none. */
  async create(token: NewToken, sid: string | null = null): Promise<string> {
    const draft = await this.draft(token, sid !== null);
    if (sid !== null) requireSubject(sid, subjectHash(draft.content.identity));
    return draft.sign(newStamp(draft.content, this.settings, sid));
  }

  /** All but the stamp; the callbacks run in Flask-JWT-Extended's order: headers, claims, identity, key. */
  async draft(token: NewToken, inSession = false): Promise<TokenDraft> {
    const header = await newHeader(token, this.settings);
    const content = await tokenContent(token, this.settings);
    if (inSession) this.refuseOverridden(content);
    const key = await this.keyFor(token.identity);
    const { settings, codec } = this;
    return {
      content,
      sign: (stamp) => codec.sign(header, claimsOf(content, stamp, settings), settings.algorithm, key),
    };
  }

  /** A session is found, judged and ended by these. */
  private refuseOverridden({ overriding }: TokenContent): void {
    const { identityClaim, sessionClaim } = this.settings;
    const claim = ['jti', 'type', 'csrf', sessionClaim, identityClaim].find((name) => Object.hasOwn(overriding, name));
    if (claim === undefined) return;
    throw new TypeError(`The claim "${claim}" of a session's token cannot be set by hand: its session depends on it.`);
  }

  private async keyFor(identity: unknown): Promise<KeyObject> {
    const { algorithm, allowWeakSecret, callbacks } = this.settings;
    if (callbacks.encodeKey === undefined) return this.keys.signingKey;
    const key = await callbacks.encodeKey(identity);
    return prepareSecret(key, { algorithm, allowWeakSecret }, 'The key that encodeKey returned');
  }
}
