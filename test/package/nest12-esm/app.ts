import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { CurrentUser, Jwt, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  async login(@Body('name') name: string) {
    return { access_token: await this.tokens.createAccessToken(name, { claims: { role: 'reader' } }) };
  }

  @JwtRequired()
  @Get('me')
  me(@CurrentUser('name') name: string, @Jwt('role') role: string) {
    return { name, role };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: 'a secret as long as SHA-256 wants it',
      userLookup: (payload) => ({ name: payload.sub }),
    }),
  ],
  controllers: [AppController],
})
export class AppModule {}
