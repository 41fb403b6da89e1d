import { generateKeyPairSync } from 'node:crypto';
import { Controller, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwksModule, JwtExtendedModule, TokenService } from 'nestjs-jwt-extended';

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'https://api.example.com';

@Controller()
class ProviderController {
  constructor(private readonly tokens: TokenService) {}

  // A real provider shows a page for the log-in.
  @Header('Cache-Control', 'no-store')
  @Post('token')
  async token() {
    return { access_token: await this.tokens.createAccessToken('alice') };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      algorithm: 'ES256',
      privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      issuer: ISSUER,
      audience: AUDIENCE,
    }),
    // Publishes the public key, which the application fetches.
    JwksModule.forRoot(),
  ],
  controllers: [ProviderController],
})
class ProviderModule {}

/** A small identity provider on another port. It replaces Auth0 or Keycloak, so that this example needs no account. */
export const provider = await NestFactory.create(ProviderModule);
await provider.listen(process.env.PROVIDER_PORT ?? 3001, '127.0.0.1');
