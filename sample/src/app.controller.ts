import { Controller, Get, Header } from '@nestjs/common';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';

const ROUTES = `A sample of nestjs-jwt-extended. Its users are alice (an administrator) and bob.

POST   /auth/login         {"username", "password"}: a fresh access token and a refresh token
POST   /auth/refresh       with the refresh token: the next pair, not fresh
DELETE /auth/logout        with either token: revokes that token
GET    /profile            who you are
POST   /profile/password   {"password"}: a new password; needs a fresh token
GET    /greeting           with or without a token
GET    /admin/users        administrators only

Tokens go into the header "Authorization: Bearer <token>".
`;

@Controller()
export class AppController {
  @Get()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  home() {
    return ROUTES;
  }

  @JwtRequired({ optional: true })
  @Get('greeting')
  greeting(@CurrentUser('username') username: string | null) {
    return { msg: `Hello, ${username ?? 'stranger'}` };
  }
}
