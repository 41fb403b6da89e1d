// The application accepts the tokens of an identity provider, and has no log-in of its own.
//
//   TOKEN=$(curl -s -X POST localhost:3001/token | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"logged_in_as":"alice"}
// #region app
import { Controller, Get, Module, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
// Auth0, Keycloak, Cognito or Entra in a real application.
import { AUDIENCE, ISSUER, provider } from './provider.js';

@Controller()
class AppController {
  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      jwks: {
        issuer: ISSUER,
        audience: AUDIENCE,
        // Real providers publish this address, so that the issuer is enough.
        uri: `${await provider.getUrl()}/.well-known/jwks.json`,
      },
    }),
  ],
  controllers: [AppController],
})
class AppModule implements OnModuleDestroy {
  async onModuleDestroy() {
    await provider.close();
  }
}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
