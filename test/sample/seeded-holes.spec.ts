import type { CanActivate, Type } from '@nestjs/common';
import { JwtGuard, JwtRequired, Public } from 'nestjs-jwt-extended';
import { describeProtection } from 'nestjs-jwt-extended/testing';
import { AdminController } from '../../sample/src/admin/admin.controller.js';
import { AppModule } from '../../sample/src/app.module.js';
import { SessionController } from '../../sample/src/auth/session.controller.js';
import { NotesController } from '../../sample/src/notes/notes.controller.js';
import { ProfileController } from '../../sample/src/profile/profile.controller.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import { savedMetadata } from './saved-metadata.js';

const options = { identity: { id: '1', username: 'alice', role: 'admin' }, lock: 'test/sample/access.txt' };

/** A change of the sample that opens a handler, or opens it to more callers. */
interface Hole {
  readonly of: Type;
  /** `null`: the decorator of the class. */
  readonly method: string | null;
  readonly decorator: ClassDecorator & MethodDecorator;
  /** The line of the list of access that shows it. */
  readonly line: string;
}

const HOLES: Readonly<Record<string, Hole>> = {
  'a handler made public': {
    of: ProfileController,
    method: 'changePassword',
    decorator: Public(),
    line: '+ http request POST /profile/password (ProfileController.changePassword): public',
  },
  'a class made public': {
    of: NotesController,
    method: null,
    decorator: Public(),
    line: '+ http stream GET /notes/events (NotesController.events): public',
  },
  'a role dropped': {
    of: AdminController,
    method: null,
    decorator: JwtRequired(),
    line: '+ http request GET /admin/users (AdminController.users): required, access token, in [headers, cookies]',
  },
  'a fresh token not required any more': {
    of: ProfileController,
    method: 'changePassword',
    decorator: JwtRequired(),
    line: '+ http request POST /profile/password (ProfileController.changePassword): required, access token, in [headers, cookies]',
  },
  'a token made optional': {
    of: SessionController,
    method: 'confirm',
    decorator: JwtRequired({ optional: true, locations: 'cookies' }),
    line: '+ http request POST /auth/session/confirm (SessionController.confirm): optional, access token, in [cookies]',
  },
};

describe('describeProtection() finds in the sample', () => {
  let app: RunningApp;

  beforeAll(async () => {
    app = await startApp('express', { imports: [AppModule] });
  });
  afterAll(() => app.close());

  it('no hole', async () => {
    await expect(describeProtection(app.app, options)).resolves.not.toHaveLength(0);
  });

  it.each(Object.entries(HOLES))('%s', async (_name, { of, method, decorator, line }) => {
    const restore = savedMetadata(of, method);
    try {
      if (method === null) decorator(of);
      else decorate(decorator, of, method);
      await expect(describeProtection(app.app, options)).rejects.toThrow(`${line}\n`);
    } finally {
      restore();
    }
  });

  const letIn: CanActivate = { canActivate: () => true };
  class AnyHeader extends JwtGuard {
    override canActivate(context: Parameters<JwtGuard['canActivate']>[0]) {
      const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
      return headers.authorization === undefined ? super.canActivate(context) : true;
    }
  }

  it.each([
    ['a guard replaced by one that lets all in', letIn, '- GET /profile (ProfileController.profile), no token: '],
    [
      'a guard replaced by one that lets every header in',
      new AnyHeader({} as never),
      '- GET /profile (ProfileController.profile), expired: the guard was not asked',
    ],
  ])('%s', async (_name, guard, line) => {
    const replaced = await startApp('express', { imports: [AppModule] }, (builder) =>
      builder.overrideProvider(JwtGuard).useValue(guard),
    );
    try {
      await expect(describeProtection(replaced.app, options)).rejects.toThrow(line);
    } finally {
      await replaced.close();
    }
  });
});

function decorate(decorator: MethodDecorator, controller: Type, method: string): void {
  const prototype = controller.prototype as object;
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor);
}
