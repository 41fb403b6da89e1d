// A guard of the application, bound with APP_GUARD, compares the roles of the token.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"root"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/admin -H "Authorization: Bearer $TOKEN"
//   # {"administrator":"root"}
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/admin -H "Authorization: Bearer $TOKEN"
//   # {"message":"Forbidden resource","error":"Forbidden","statusCode":403}
//   curl -s localhost:3000/admin
//   # {"msg":"Missing Authorization Header"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { Roles, RolesGuard } from './roles.guard.js';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    const claims = { roles: username === 'root' ? ['admin'] : ['user'] };
    return { access_token: await this.tokens.createAccessToken(username, { claims }) };
  }

  // #region handler
  @JwtRequired()
  @Roles(['admin'])
  @Get('admin')
  admin(@JwtIdentity() identity: string) {
    return { administrator: identity };
  }
  // #endregion
}

// #region module
@Module({
  // JwtGuard runs before RolesGuard, in every order of the imports.
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [AppController],
  providers: [{ provide: APP_GUARD, useClass: RolesGuard }],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
