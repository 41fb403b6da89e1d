import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { PAGE_FOLDER } from './page.js';

const ROUTES = `A sample of nestjs-jwt-extended. Its users are alice (an administrator) and bob.
In a browser this address is a page that signs in with cookies.

POST   /auth/login            {"username", "password"}: a fresh access token and a refresh token
POST   /auth/refresh          with the refresh token: the next pair, not fresh
DELETE /auth/logout           with either token: ends its session, for both tokens
GET    /auth/sessions         where you are signed in
DELETE /auth/sessions/:sid    ends that session
DELETE /auth/sessions         ends all of them
GET    /profile               who you are
POST   /profile/password      {"password"}: a new password; needs a fresh token
GET    /notes                 your notes
POST   /notes                 {"text"}: a new one
GET    /greeting              with or without a token
GET    /admin/users           administrators only

Tokens go into the header "Authorization: Bearer <token>". A browser keeps them in cookies:

POST   /auth/session          {"username", "password"}: both tokens, in cookies
GET    /auth/session          who is signed in
POST   /auth/session/confirm  {"password"}: a fresh access token
POST   /auth/session/refresh  the next pair, not fresh
DELETE /auth/session          ends the session and deletes the cookies

With a cookie, POST and DELETE take the value of csrf_access_token in the header "X-CSRF-TOKEN"; those that need the
refresh token (/auth/session/refresh, DELETE /auth/session) that of csrf_refresh_token.
`;

@Controller()
export class AppController {
  /** The page for browsers, the list for everybody else. */
  @Get()
  home(@Res() response: Response) {
    response.format({
      text: () => response.send(ROUTES),
      html: () => response.sendFile('index.html', { root: PAGE_FOLDER }),
      default: () => response.type('text').send(ROUTES),
    });
  }

  @JwtRequired({ optional: true })
  @Get('greeting')
  greeting(@CurrentUser('username') username: string | null) {
    return { msg: `Hello, ${username ?? 'stranger'}` };
  }
}
