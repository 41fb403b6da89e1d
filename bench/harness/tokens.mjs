import { randomUUID } from 'node:crypto';
import { bareSigner } from '../contenders/bare.mjs';

/** The claims of an access token of this library: eight claims, two of them UUIDs. */
export function newClaims(index, expiresIn = 86_400) {
  const now = Math.floor(Date.now() / 1000);
  const issuedAt = expiresIn < 0 ? now + expiresIn - 60 : now;
  return {
    fresh: false,
    iat: issuedAt,
    jti: randomUUID(),
    type: 'access',
    sub: `user-${index}`,
    nbf: issuedAt,
    csrf: randomUUID(),
    exp: now + expiresIn,
  };
}

/** Different valid tokens, as strings. */
export function newTokens(count, algorithm, keys, expiresIn) {
  const sign = bareSigner(algorithm, keys);
  return Array.from({ length: count }, (_, index) => sign(newClaims(index, expiresIn)));
}

/**
 * Returns the texts in turn, each as a new string. V8 stores the hash of a string that was used as a key before, which would
 * favour caches. In an application each request has a new string.
 */
export class FreshTexts {
  constructor(texts) {
    this.bytes = texts.map((text) => Buffer.from(text, 'latin1'));
  }

  at(index) {
    return this.bytes[index % this.bytes.length].latin1Slice();
  }
}
