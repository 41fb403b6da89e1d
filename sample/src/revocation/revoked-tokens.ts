import { Injectable } from '@nestjs/common';
import type { JwtPayload } from 'nestjs-jwt-extended';

/** The ids of revoked tokens, in memory, each for as long as its token would have lived. */
@Injectable()
export class RevokedTokens {
  private readonly expiryById = new Map<JwtPayload['jti'], number>();

  /** Whether this call revoked the token: `false` where it was revoked before. */
  add({ jti, exp = Infinity }: JwtPayload): boolean {
    this.forgetExpired();
    if (this.expiryById.has(jti)) return false;
    this.expiryById.set(jti, exp);
    return true;
  }

  has({ jti }: JwtPayload): boolean {
    return this.expiryById.has(jti);
  }

  get size(): number {
    return this.expiryById.size;
  }

  /** An expired token is refused anyway. */
  private forgetExpired(): void {
    const now = Date.now() / 1000;
    for (const [id, expiry] of this.expiryById) if (expiry <= now) this.expiryById.delete(id);
  }
}
