import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { PAGE_FOLDER } from './page.js';

const ROUTES = `A sample of nestjs-jwt-extended. Its users are alice (an administrator) and bob.
In a browser, this address shows a page that uses cookies, and /openapi shows all routes for trying them.

POST   /auth/login            {"username", "password"}: returns a fresh access token and a refresh token
POST   /auth/refresh          with the refresh token: returns the next pair, not fresh
POST   /auth/logout           with either token: ends its session, for both tokens
DELETE /auth/logout           does the same
GET    /auth/sessions         lists your sessions
DELETE /auth/sessions/:sid    ends that session
DELETE /auth/sessions         ends all your sessions
GET    /profile               returns your profile
POST   /profile/password      {"password"}: changes the password; needs a fresh token
GET    /notes                 lists your notes
POST   /notes                 {"text"}: adds a note
GET    /notes/events          server-sent events: sends each new note
POST   /graphql               { notes }, mutation { addNote(text: "…") }, subscription { noteAdded }
GET    /greeting              with or without a token
GET    /documentation         leads to the documentation
GET    /documentation/*path   a page of the documentation
GET    /admin/users           for administrators only

socket.io clients connect to this address with auth: { token }, send the message "add", and get "notes".

Programs send the token in the header "Authorization: Bearer <token>". Browsers send it in cookies:

POST   /auth/session          {"username", "password"}: sets both tokens as cookies
GET    /auth/session          returns the current user
POST   /auth/session/confirm  {"password"}: sets a fresh access token
POST   /auth/session/refresh  sets the next pair, not fresh
DELETE /auth/session          ends the session and deletes the cookies
POST   /auth/session/logout-everywhere    ends all your sessions and deletes the cookies
DELETE /auth/session/logout-everywhere    does the same

With cookies, POST and DELETE need the value of the cookie csrf_access_token in the header "X-CSRF-TOKEN".
/auth/session/refresh needs the value of csrf_refresh_token. DELETE /auth/session accepts either value.

A refusal has a message and a code: {"msg": "Token has expired", "code": "JWT_EXPIRED"}.
`;

@Controller()
export class AppController {
  /** Sends the page to browsers and the list of routes to other clients. */
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
