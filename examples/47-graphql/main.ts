// Queries of GraphQL require a token, with the same decorators.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/graphql -H 'Content-Type: application/json' -d '{"query":"{ greeting }"}'
//   # {"data":{"greeting":"Hello, stranger"}}
//   curl -s localhost:3000/graphql -H 'Content-Type: application/json' -d '{"query":"{ me }"}' -H "Authorization: Bearer $TOKEN"
//   # {"data":{"me":"alice"}}
//   curl -s localhost:3000/graphql -H 'Content-Type: application/json' -d '{"query":"{ me }"}' | node -p 'JSON.parse(fs.readFileSync(0)).errors[0].extensions.jwt'
//   # JWT_MISSING
import { randomBytes } from 'node:crypto';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Body, Controller, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

// #region resolver
@Resolver()
class UsersResolver {
  @JwtRequired()
  @Query(() => String)
  me(@JwtIdentity() identity: string) {
    return identity;
  }

  @JwtRequired({ optional: true })
  @Query(() => String)
  greeting(@JwtIdentity() identity: string | null) {
    return `Hello, ${identity ?? 'stranger'}`;
  }
}
// #endregion

@Controller()
class LogInController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  controllers: [LogInController],
  providers: [UsersResolver],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
