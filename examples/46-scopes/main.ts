// Routes require a scope, one of several scopes, a role, or a property of the user.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"orders":[1,2]}
//   curl -s -X DELETE localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"msg":"Insufficient scope"}
//   curl -s -i localhost:3000/invoices -H "Authorization: Bearer $TOKEN" | grep -o 'error="[a-z_]*"'
//   # error="insufficient_scope"
//   curl -s localhost:3000/drafts -H "Authorization: Bearer $TOKEN"
//   # {"drafts":[3]}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtRequired, Public, TokenService } from 'nestjs-jwt-extended';

interface User {
  username: string;
  roles: string[];
  isEditor: boolean;
}

// A real application reads the users from its database.
const users: User[] = [
  { username: 'alice', roles: ['user'], isEditor: true },
  { username: 'root', roles: ['admin'], isEditor: false },
];

// #region controller
@JwtRequired({ scopes: 'orders:read' })
@Controller()
class OrdersController {
  @Get('orders')
  list() {
    return { orders: [1, 2] };
  }

  // The rule of a handler replaces the rule of its class. The two are never merged.
  @JwtRequired({ roles: 'admin' })
  @Delete('orders')
  clear() {
    return { orders: [] };
  }

  @JwtRequired({ anyScope: ['invoices:read', 'invoices:write'] })
  @Get('invoices')
  invoices() {
    return { invoices: [] };
  }

  // Reads the user of the database, so that a change takes effect at the next request. Only `true` passes.
  @JwtRequired({ allow: ({ user }) => (user as User).isEditor })
  @Get('drafts')
  drafts() {
    return { drafts: [3] };
  }
}
// #endregion

@Controller()
class LogInController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Public()
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}

const userOf = (username: unknown) => users.find((user) => user.username === username) ?? null;

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // In new tokens. A changed role is in the next token.
      additionalClaims: (username) => ({ scope: 'orders:read', roles: userOf(username)?.roles ?? [] }),
      userLookup: ({ sub }) => userOf(sub),
    }),
  ],
  controllers: [OrdersController, LogInController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
