// Each tenant has its own key. The key of one tenant creates no valid tokens of another.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"tenant":"acme","username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"tenant":"acme","logged_in_as":"acme:alice"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Jwt, JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

interface User {
  tenant: string;
  username: string;
}

// A real application reads the keys from its configuration. The name of the key is the name of the tenant here.
export const tenantKeys = new Map([
  ['acme', randomBytes(32)],
  ['globex', randomBytes(32)],
]);

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body() { tenant, username }: User) {
    if (!tenantKeys.has(tenant)) throw new UnauthorizedException('Unknown tenant');
    return { access_token: await this.tokens.createAccessToken({ tenant, username }) };
  }

  @JwtRequired()
  @Get('protected')
  protected(@Jwt('tenant') tenant: string, @JwtIdentity() identity: string) {
    return { tenant, logged_in_as: identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      userIdentity: (user) => `${(user as User).tenant}:${(user as User).username}`,
      encodeKey: (user) => {
        const { tenant } = user as User;
        return { kid: tenant, key: tenantKeys.get(tenant) ?? '', claims: { tenant } };
      },
      // This runs before the signature is checked: use "kid" only to find a key. null refuses the token.
      decodeKey: ({ kid }) => {
        const key = tenantKeys.get(String(kid));
        // The claims bind the key to its tenant.
        return key ? { key, claims: { tenant: String(kid) } } : null;
      },
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
