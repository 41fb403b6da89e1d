import { Controller, Get, type DynamicModule } from '@nestjs/common';
import { JwtIdentity, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { JwtAuthModule, type JwtAuthModuleExtras, type JwtAuthOptions } from 'nestjs-jwt-extended/auth';
import type { AdapterName } from './adapters.js';
import type { Answer } from './http-client.js';
import { useJwtApp, type JwtAppSetup, type TestApp } from './jwt-app.js';

/** A user as an ORM returns it: with columns that no caller may see. */
export class UserEntity {
  readonly passwordHash = 'the-hash-of-a-password';

  constructor(
    readonly id: number | string,
    readonly username: string,
    readonly role = 'user',
  ) {}
}

export const USERS = [new UserEntity(1, 'alice', 'admin'), new UserEntity('s-4', 'carol'), new UserEntity(0, 'zero')];

/** The password of every user. */
export const PASSWORD = 'correct horse';

export const BAD_CREDENTIALS = { status: 401, body: { msg: 'Bad username or password' } };

export function findUser(username: string, password: string): UserEntity | null {
  const user = USERS.find((each) => each.username === username);
  return user !== undefined && password === PASSWORD ? user : null;
}

@Controller()
export class ProtectedController {
  @JwtRequired()
  @Get('protected')
  identity(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

/** The options of a log-in. `authenticate` knows `USERS`. */
export type LogInSetup = Partial<JwtAuthOptions<UserEntity>> & JwtAuthModuleExtras;

export function logInModule(setup: LogInSetup = {}): DynamicModule {
  return JwtAuthModule.forRoot({ authenticate: findUser, ...setup });
}

/** An application with a log-in and a protected route, without its running server. */
export function logInSetup(
  setup: LogInSetup = {},
  options: JwtExtendedOptions = {},
  further: JwtAppSetup = {},
): JwtAppSetup {
  return { options, controllers: [ProtectedController], imports: [logInModule(setup)], ...further };
}

/** The same, running during the surrounding `describe`. */
export function useLogInApp(
  adapter: AdapterName,
  setup: LogInSetup = {},
  options: JwtExtendedOptions = {},
  further: JwtAppSetup = {},
): TestApp {
  return useJwtApp(adapter, logInSetup(setup, options, further));
}

export function logIn(app: TestApp, body: object = { username: 'alice', password: PASSWORD }): Promise<Answer> {
  return app.send('POST', '/auth', { body });
}

/** The access token of a log-in. Throws if the log-in is refused. */
export async function accessTokenOf(answer: Answer | Promise<Answer>): Promise<string> {
  const { status, body } = await answer;
  const token = (body as { access_token?: unknown }).access_token;
  if (typeof token === 'string') return token;
  throw new Error(`${status} ${JSON.stringify(body)}`);
}
