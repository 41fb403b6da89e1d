import { Controller, Get, Req } from '@nestjs/common';
import { getJwtContext, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import { withJwtApp } from '../support/jwt-app.js';

let arrived = 0;
let release: () => void;
let all: Promise<void>;

/** Waits until as many requests have passed the guard as the test sends. */
async function waitForOthers(count: number): Promise<void> {
  if (++arrived === count) release();
  await all;
}

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('together')
  async together(@Req() request: object) {
    await waitForOthers(2);
    return { identity: getJwtContext(request)?.payload.sub };
  }

  @JwtRequired()
  @Get('identity')
  identity(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

const controllers = [RoutesController];

/** Express with a middleware that sets `request.raw`. */
const settingRaw = (raw: unknown) => ({
  controllers,
  prepare: (app: { use(middleware: unknown): unknown }) => {
    app.use((request: { raw?: unknown }, _response: unknown, next: () => void) => {
      request.raw = raw;
      next();
    });
  },
});

describe('a middleware of Express that sets request.raw', () => {
  beforeEach(() => {
    arrived = 0;
    all = new Promise((resolve) => {
      release = resolve;
    });
  });

  it.each([
    ['an object', {}],
    ['a frozen object', Object.freeze({})],
    ['a function', () => undefined],
  ])('to %s that requests share does not show the user of one request to another', async (_what, raw) => {
    await withJwtApp('express', settingRaw(raw), async (app) => {
      const answers = await Promise.all(['alice', 'bob'].map((sub) => app.get('/together', forge({ sub }))));
      expect(answers.map(({ body }) => body)).toEqual([{ identity: 'alice' }, { identity: 'bob' }]);
    });
  });

  it.each([['text'], [''], [0], [1], [true], [null], [Symbol('raw')]])(
    'to a primitive causes no error: %p',
    async (raw) => {
      await withJwtApp('express', settingRaw(raw), async (app) => {
        expect(await app.get('/identity', forge())).toMatchObject({ status: 200 });
        expect(await app.get('/identity')).toMatchObject({ status: 401 });
      });
    },
  );
});
