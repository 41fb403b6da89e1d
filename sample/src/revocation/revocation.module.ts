import { Module } from '@nestjs/common';
import { RevokedTokens } from './revoked-tokens.js';

@Module({ providers: [RevokedTokens], exports: [RevokedTokens] })
export class RevocationModule {}
