import type { ModuleMetadata } from '@nestjs/common';
import type { ErrorResponse } from '../errors/error-response.js';
import type { InvalidCredentialsException, MalformedCredentialsException } from '../errors/exceptions.js';
import type { Duration } from '../options/duration.js';
import type { CallbackAnswer } from '../types/callback-answer.js';
import type { HttpRequest } from '../types/http.js';
import type { LogInTokens } from './log-in-tokens.js';

/** The name and the password of a log-in. */
export interface Credentials {
  /** The name of the user. */
  readonly username: string;
  /** The password of the user. */
  readonly password: string;
}

/** The refusals of the log-in route: wrong credentials, or a body without credentials. */
export type LogInRefusal = InvalidCredentialsException | MalformedCredentialsException;

/**
 * The further routes of a log-in. `true` is the default path; a path is relative to `path`, or begins with `/`. A log-out at the
 * path of another route answers `DELETE` only: `POST /session` logs in, and `DELETE /session` logs out.
 */
export interface LogInRoutes {
  /**
   * `POST` with the refresh token returns a new access token, which is not fresh. With a store it also replaces the refresh
   * token. Default path: `refresh`.
   *
   * @default false
   */
  refresh?: boolean | string | undefined;
  /**
   * `POST` or `DELETE` with a token ends its session, or revokes it, and deletes the cookies. A token that has expired is
   * accepted. It needs a store, or `cookies: true`. Default path: `logout`.
   *
   * @default false
   */
  logout?: boolean | string | undefined;
  /**
   * `POST` or `DELETE` with an access token ends all sessions of its user. It needs a store. Default path: `logout-everywhere`.
   *
   * @default false
   */
  logoutEverywhere?: boolean | string | undefined;
  /**
   * `GET` lists the sessions of the user, and `DELETE …/:sid` ends one of them. It needs a store. Default path: `sessions`.
   *
   * @default false
   */
  sessions?: boolean | string | undefined;
  /**
   * `GET` answers who the user is: what the option `profile` returns, or `{ identity }`. Default path: `me`.
   *
   * @default false
   */
  me?: boolean | string | undefined;
}

/** Options of `JwtAuthModule`. */
export interface JwtAuthOptions<User = unknown> {
  /**
   * Finds the user with this name and password (Flask-JWT: `authentication_handler`). A falsy answer and `{}` refuse the log-in.
   * An exception is answered as it is.
   */
  authenticate(
    username: string,
    password: string,
    request: HttpRequest,
  ): CallbackAnswer<User | null | undefined | false>;
  /**
   * The path of the log-in (Flask-JWT: `JWT_AUTH_URL_RULE`). A global prefix is put before it.
   *
   * @default 'auth'
   */
  path?: string | undefined;
  /**
   * The name of the user's name in the JSON body (Flask-JWT: `JWT_AUTH_USERNAME_KEY`).
   *
   * @default 'username'
   */
  usernameKey?: string | undefined;
  /**
   * The name of the password in the JSON body (Flask-JWT: `JWT_AUTH_PASSWORD_KEY`).
   *
   * @default 'password'
   */
  passwordKey?: string | undefined;
  /**
   * Creates a refresh token too. With a store, the log-in opens a session then.
   *
   * @default false
   */
  refresh?: boolean | undefined;
  /**
   * Sets the tokens as cookies, instead of returning them in the body. The log-in ends the session of the cookies in its request.
   *
   * @default false
   */
  cookies?: boolean | undefined;
  /**
   * Whether the access token of a log-in is fresh, or for how long.
   *
   * @default true
   */
  fresh?: boolean | Duration | undefined;
  /**
   * The identity claim of a user.
   *
   * @default the option `userIdentity` of JwtExtendedModule, else the `id` of the user, or the user if it is a text or a number
   */
  identity?(user: User): unknown;
  /**
   * The note of the session for the list of sessions. `false`: no note.
   *
   * @default the header `User-Agent`
   */
  device?: false | ((request: HttpRequest) => string | undefined) | undefined;
  /**
   * Further routes.
   *
   * @default none
   */
  routes?: LogInRoutes | undefined;
  /**
   * The body of the answer to a log-in (Flask-JWT: `auth_response_handler`). It must not contain the user object itself.
   *
   * @default `{ access_token }` with `refresh_token`; with cookies a message
   */
  response?(tokens: LogInTokens, user: User, request: HttpRequest): CallbackAnswer<unknown>;
  /**
   * The answer to a refused log-in: its body, `{ status, body, headers? }`, or another exception.
   *
   * @default the option `errorResponses` of JwtExtendedModule, else `{ msg }`
   */
  error?(exception: LogInRefusal, request: HttpRequest): CallbackAnswer<ErrorResponse | Error | object | string>;
  /**
   * Reads the credentials from the request; `null` without them. Every error that it throws is 400, because the caller wrote the
   * request. Pages of other sites can send forms, so check their origin before you read a form.
   *
   * @default a JSON body
   */
  credentials?(request: HttpRequest): CallbackAnswer<Credentials | null | undefined>;
  /**
   * What the route `me` answers. `user` is the result of `userLookup`, or the claims without that option. The answer must not
   * contain the user object itself.
   *
   * @default `{ identity }`
   */
  profile?(user: User, request: HttpRequest): CallbackAnswer<unknown>;
  /**
   * The shortest time until a refused log-in is answered. It grows to the time of a full check of a password, so that an unknown
   * user and a wrong password take the same time. `false`: at once.
   *
   * @default '25ms'
   */
  refusalTime?: Duration | false | undefined;
  /**
   * Attempts are limited where the start cannot see it, for example by a proxy. Without it, the start warns in production.
   *
   * @default false
   */
  limitedElsewhere?: boolean | undefined;
}

/** What shapes `JwtAuthModule` itself. Read from the call of `forRoot()` or `forRootAsync()`, never from a factory. */
export interface JwtAuthModuleExtras {
  /**
   * The module with `TokenService`, if `JwtExtendedModule` is not global.
   *
   * @default []
   */
  imports?: ModuleMetadata['imports'] | undefined;
  /**
   * Decorators for the log-in handler.
   *
   * @default []
   * @example
   * decorators: [UseGuards(ThrottlerGuard), Throttle({ default: { limit: 5, ttl: 60_000 } })]
   */
  decorators?: readonly MethodDecorator[] | undefined;
}

/** A class that provides the options, for `useClass` and `useExisting`. */
export interface JwtAuthOptionsFactory<User = unknown> {
  /** The options, or a promise of them. */
  createJwtAuthOptions(): JwtAuthOptions<User> | Promise<JwtAuthOptions<User>>;
}
