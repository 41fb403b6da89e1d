import { randomUUID } from 'node:crypto';
import { bareSigner } from '../contenders/bare.mjs';

/** The claims of an access token as this library makes it: eight of them, two UUIDs among them. */
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

/** Different tokens that hold, as text. */
export function newTokens(count, algorithm, keys, expiresIn) {
  const sign = bareSigner(algorithm, keys);
  return Array.from({ length: count }, (_, index) => sign(newClaims(index, expiresIn)));
}

/**
 * Texts one after the other, each made anew: a string that was used before keeps its hash, which would flatter whoever
 * looks tokens up. In an application each request brings a new one.
 */
export class FreshTexts {
  constructor(texts) {
    this.bytes = texts.map((text) => Buffer.from(text, 'latin1'));
  }

  at(index) {
    return this.bytes[index % this.bytes.length].latin1Slice();
  }
}
