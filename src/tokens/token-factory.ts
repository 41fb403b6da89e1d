import type { KeyObject } from 'node:crypto';
import type { Settings } from '../options/settings.js';
import { prepareSecret, type KeyRing } from './keys.js';
import { newClaims, newHeader, type NewToken } from './new-token.js';
import type { TokenCodec } from './token-codec.js';

/** Makes tokens. */
export class TokenFactory {
  constructor(
    private readonly settings: Settings,
    private readonly keys: KeyRing,
    private readonly codec: TokenCodec,
  ) {}

  /** A signed token; the callbacks run in Flask-JWT-Extended's order: headers, claims, identity, key. */
  async create(token: NewToken): Promise<string> {
    const header = await newHeader(token, this.settings);
    const claims = await newClaims(token, this.settings);
    return this.codec.sign(header, claims, this.settings.algorithm, await this.keyFor(token.identity));
  }

  private async keyFor(identity: unknown): Promise<KeyObject> {
    const { algorithm, allowWeakSecret, callbacks } = this.settings;
    if (callbacks.encodeKey === undefined) return this.keys.signingKey;
    const key = await callbacks.encodeKey(identity);
    return prepareSecret(key, { algorithm, allowWeakSecret }, 'The key that encodeKey returned');
  }
}
