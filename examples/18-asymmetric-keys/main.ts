// A private key signs the tokens. Other services need only the public key, and cannot create tokens.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"logged_in_as":"alice","algorithm":"EdDSA"}
// #region app
import { generateKeyPairSync } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwksModule, JwtExtendedModule, JwtHeader, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string, @JwtHeader('alg') algorithm: string) {
    return { logged_in_as: identity, algorithm };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      algorithm: 'EdDSA',
      // This command creates a key: openssl genpkey -algorithm ed25519
      privateKey: process.env.JWT_PRIVATE_KEY ?? generateKeyPairSync('ed25519').privateKey,
    }),
    // Publishes the public key at /.well-known/jwks.json.
    JwksModule.forRoot(),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
