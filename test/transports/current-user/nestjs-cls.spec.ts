import { Controller, Get, Injectable } from '@nestjs/common';
import { ClsModule, ClsService } from 'nestjs-cls';
import { JwtAuthenticator, JwtContextService, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { shortDelay, userNames } from '../../support/current-user.js';
import { forge } from '../../support/forge.js';
import { withJwtApp } from '../../support/jwt-app.js';

/** Work that goes on in the store of nestjs-cls alone, as a driver that loses the async context restores it. */
@Injectable()
class RestoringService {
  constructor(
    private readonly cls: ClsService,
    private readonly jwt: JwtContextService,
  ) {}

  async identity() {
    await shortDelay();
    const store = this.cls.get();
    return new Promise((resolve) => {
      OUTSIDE.push(() => resolve(this.cls.runWith(store, () => this.jwt.peek()?.identity)));
    });
  }
}

/** Callbacks that a timer outside of every request calls. */
const OUTSIDE: (() => void)[] = [];

@JwtRequired()
@Controller()
class ClsController {
  constructor(
    private readonly service: RestoringService,
    private readonly authenticator: JwtAuthenticator,
    private readonly jwt: JwtContextService,
    private readonly cls: ClsService,
  ) {}

  @Get('restored')
  async restored() {
    return { identity: await this.service.identity() };
  }

  @Get('job')
  async job() {
    this.cls.set('mine', 'kept');
    const bob = await this.authenticator.authenticateToken(forge({ sub: 'bob' }));
    const inJob = await this.jwt.run(bob, async () => [await this.service.identity(), this.cls.get<string>('mine')]);
    return { inJob, after: await this.service.identity() };
  }
}

describe.each(ADAPTERS)('nestjs-cls on %s', (adapter) => {
  let timer: NodeJS.Timeout;
  beforeAll(() => {
    timer = setInterval(() => OUTSIDE.splice(0).forEach((work) => work()), 5);
  });
  afterAll(() => clearInterval(timer));

  it.each([
    ['a middleware', { middleware: { mount: true } }],
    ['a guard', { guard: { mount: true } }],
  ])('has the current user in its store, mounted as %s', async (_how, mounted) => {
    const setup = {
      options: { asyncContext: true },
      imports: [ClsModule.forRoot({ global: true, ...mounted })],
      controllers: [ClsController],
      providers: [RestoringService],
    };
    await withJwtApp(adapter, setup, async (app) => {
      const names = userNames(30);
      const answers = await Promise.all(names.map((sub) => app.get('/restored', forge({ sub }))));
      expect(answers.map(({ body }) => body)).toEqual(names.map((identity) => ({ identity })));
      expect((await app.get('/job', forge())).body).toEqual({ inJob: ['bob', 'kept'], after: 'alice' });
      const [jwt, cls] = [app.resolve(JwtContextService), app.resolve(ClsService)];
      cls.run(() => expect(jwt.peek()).toBeUndefined());
    });
  });
});
