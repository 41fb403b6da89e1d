import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

export async function passport({ algorithm, keys }) {
  if (algorithm === 'EdDSA') return { skipped: 'passport-jwt: jsonwebtoken does not support EdDSA' };
  class BenchStrategy extends PassportStrategy(Strategy) {
    constructor() {
      const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
      super({ jwtFromRequest, secretOrKey: keys.verifying, algorithms: [algorithm] });
    }

    validate(claims) {
      return claims;
    }
  }
  Injectable()(BenchStrategy);
  const guard = AuthGuard('jwt');
  return { name: 'passport-jwt, KeyObject', imports: [PassportModule], providers: [BenchStrategy, guard], guard };
}
