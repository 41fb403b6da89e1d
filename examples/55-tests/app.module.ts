import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { CurrentUser, JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Injectable()
export class AppService {
  getHello(): string {
    return 'Hello World!';
  }
}

@Controller()
export class AppController {
  constructor(
    private readonly appService: AppService,
    private readonly tokens: TokenService,
  ) {}

  @Get()
  getHello(): string {
    return this.appService.getHello();
  }

  // A real application checks the password.
  @Get('token')
  token() {
    return this.tokens.createAccessToken('alice');
  }

  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: string, @CurrentUser('city') city: string) {
    return { identity, city };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRootAsync({
      useFactory: () => ({
        secret: process.env.JWT_SECRET_KEY ?? '',
        userLookup: ({ sub }) => (sub === 'alice' ? { city: 'Paris' } : null),
      }),
    }),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
