import { Controller, Get, Injectable, Module, Post, Req, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

const users = [{ id: 1, name: 'alice' }];

// #region before
@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: process.env.JWT_SECRET_KEY ?? '',
    });
  }

  validate(payload: { sub: string }) {
    return users.find(({ id }) => String(id) === payload.sub) ?? null;
  }
}

@Controller()
class AppController {
  constructor(private readonly jwt: JwtService) {}

  @Post('login')
  async login() {
    return { access_token: await this.jwt.signAsync({ sub: '1' }) };
  }

  @UseGuards(AuthGuard('jwt'))
  @Get('profile')
  profile(@Req() request: { user: object }) {
    return request.user;
  }
}

@Module({
  imports: [
    PassportModule,
    JwtModule.registerAsync({
      useFactory: () => ({ secret: process.env.JWT_SECRET_KEY ?? '', signOptions: { expiresIn: '15m' } }),
    }),
  ],
  controllers: [AppController],
  providers: [JwtStrategy],
})
export class BeforeModule {}
// #endregion
