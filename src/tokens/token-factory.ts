import type { KeyRing } from '../keys/key-ring.js';
import { KeyMemory } from '../keys/key-memory.js';
import { prepareSigningKey } from '../keys/prepare-key.js';
import type { SigningKey } from '../keys/verification-key.js';
import type { Settings } from '../options/settings.js';
import { requireSubject, subjectHash } from '../revocation/session-id.js';
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
  private readonly chosenKeys = new KeyMemory<SigningKey>();

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
    const chosen = await this.chosenKey(token.identity);
    const { settings, codec, keys } = this;
    return {
      content,
      // The ring is asked as late as this: its key may have been replaced while a store was asked.
      sign: (stamp) => codec.sign(header, claimsOf(content, stamp, settings), chosen ?? keys.signingKey),
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
  private async chosenKey(identity: unknown): Promise<SigningKey | null> {
    const { encodeKey } = this.settings.callbacks;
    if (encodeKey === undefined) return null;
    const key = await encodeKey(identity);
    return this.chosenKeys.recall(key) ?? this.chosenKeys.keep(key, this.prepare(key));
  }

  private prepare(material: unknown): SigningKey {
    const { algorithm, allowWeakSecret } = this.settings;
    const preparation = { algorithm, allowWeakSecret, name: 'The key that encodeKey returned' };
    return Object.freeze({ kid: null, algorithm, key: prepareSigningKey(material, preparation).signing });
  }
}
