// The guard of Nest's documentation, with @nestjs/jwt.
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';

class DocumentationGuard {
  constructor(jwt) {
    this.jwt = jwt;
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = await this.jwt.verifyAsync(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
Injectable()(DocumentationGuard);
Reflect.defineMetadata('design:paramtypes', [JwtService], DocumentationGuard);

export async function documentation({ algorithm, keys, asText = false }) {
  if (algorithm === 'EdDSA') return { skipped: '@nestjs/jwt: jsonwebtoken does not support EdDSA' };
  const verifyOptions = { algorithms: [algorithm] };
  const key = asText ? keys.verifyingText : keys.verifying;
  const keyOptions = algorithm === 'HS256' ? { secret: key } : { publicKey: key };
  return {
    name: `documentation's guard, ${asText ? 'string key' : 'KeyObject'}`,
    imports: [JwtModule.register({ ...keyOptions, verifyOptions })],
    providers: [DocumentationGuard],
    guard: DocumentationGuard,
  };
}
