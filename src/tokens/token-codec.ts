import type { KeyObject } from 'node:crypto';
import { JwtService, type JwtSignOptions, type JwtVerifyOptions } from '@nestjs/jwt';
import { InvalidTokenException } from '../errors/exceptions.js';
import type { JwtAlgorithm } from '../types/algorithms.js';

/**
 * Signs and checks signatures, and nothing else: the claims are judged elsewhere, in Flask-JWT-Extended's order.
 * The one file that knows `@nestjs/jwt`.
 */
export class TokenCodec {
  // Without a key of its own, so that no call can fall back to one; each call brings a prepared key, since
  // jsonwebtoken would try to parse a text as a public key every time.
  private readonly jwt = new JwtService({});

  /** The compact form of a token (RFC 7515 s.7.1). */
  sign(header: Readonly<Record<string, unknown>>, payload: object, algorithm: JwtAlgorithm, key: KeyObject): string {
    // As bytes, jsonwebtoken takes the payload as it is, instead of adding and judging claims.
    const options = { secret: key, algorithm, header: { alg: algorithm, ...header } };
    return this.jwt.sign(Buffer.from(JSON.stringify(payload), 'utf8'), options as unknown as JwtSignOptions);
  }

  /** Throws unless one of the keys signed the token with this algorithm. */
  verifySignature(rawToken: string, algorithm: JwtAlgorithm, keys: readonly KeyObject[]): void {
    let cause: unknown;
    for (const secret of keys) {
      const options = { secret, algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true };
      try {
        this.jwt.verify(rawToken, options as unknown as JwtVerifyOptions);
        return;
      } catch (error) {
        if ((error as Error).name !== 'JsonWebTokenError') throw error;
        cause = error;
      }
    }
    throw new InvalidTokenException('Signature verification failed', { cause });
  }
}
