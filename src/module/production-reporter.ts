import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { OwnLogger } from '../errors/own-logger.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';

/** Warns at the start in production of tokens that the options accept and probably should not. */
@Injectable()
export class ProductionReporter implements OnModuleInit {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  onModuleInit(): void {
    if (process.env.NODE_ENV !== 'production') return;
    const missing = missingClaims(this.settings);
    if (missing.length === 0) return;
    const list = [...this.settings.requiredClaims, ...missing].map((claim) => `'${claim}'`).join(', ');
    new OwnLogger().warn(
      `A token without ${missing.join(' or ')} is accepted, as in Flask-JWT-Extended. In production set requiredClaims: ` +
        `[${list}]: a token without exp never expires, and a token without jti cannot be revoked.`,
    );
  }
}

/**
 * The claims that our tokens always have and the options do not require. Empty if the options create tokens without an end.
 * Tokens of identity providers often have no `jti`, and `requiredClaims` also applies to them.
 */
function missingClaims({ requiredClaims, accessTokenExpires, refreshTokenExpires, jwks }: Settings): string[] {
  if (accessTokenExpires === null || refreshTokenExpires === null) return [];
  const wanted = jwks.length === 0 ? ['exp', 'jti'] : ['exp'];
  return wanted.filter((claim) => !requiredClaims.includes(claim));
}
