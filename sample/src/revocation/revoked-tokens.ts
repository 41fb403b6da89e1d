import { Injectable } from '@nestjs/common';
import type { JwtPayload } from 'nestjs-jwt-extended';

/** The ids of revoked tokens and ended sessions, in memory, each for as long as its token would have lived. */
@Injectable()
export class RevokedTokens {
  private readonly expiryById = new Map<unknown, number>();

  /** Whether this call revoked the token: `false` where it was revoked before. */
  add({ jti, exp = Infinity }: JwtPayload): boolean {
    this.forgetExpired();
    if (this.expiryById.has(jti)) return false;
    this.expiryById.set(jti, exp);
    return true;
  }

  /** Revokes every token of the session, this refresh token included, which outlives the others. */
  addSession({ session, exp = Infinity }: JwtPayload): void {
    this.expiryById.set(session, exp);
  }

  has({ jti, session }: JwtPayload): boolean {
    return this.expiryById.has(jti) || this.expiryById.has(session);
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
