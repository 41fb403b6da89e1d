// A service of the application finds the user of each token. A blocked user is refused at the next request.
//
//   ALICE=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"id":1}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $ALICE"
//   # {"id":1,"name":"alice"}
//   BOB=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"id":2}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $BOB"
//   # {"msg":"Error loading the user 2"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentUser, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { UsersModule, UsersService, type User } from './users.module.js';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('id') id: number) {
    return { access_token: await this.tokens.createAccessToken(String(id)) };
  }

  // #region handler
  @JwtRequired()
  @Get('profile')
  profile(@CurrentUser() { id, name }: User) {
    return { id, name };
  }
  // #endregion
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({
        secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
        userLookup: ({ sub }) => users.findActive(sub),
      }),
    }),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
