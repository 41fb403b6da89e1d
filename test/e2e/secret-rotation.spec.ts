import { createSecretKey } from 'node:crypto';
import { Controller, Get } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, SECRET } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const controllers = [RoutesController];
const OLD = 'the-secret-of-last-year-that-was-long-enough-for-every-hmac-hash-as-well';
const STRANGE = 'a-secret-nobody-here-knows-that-is-long-enough-for-every-hmac-hash-too';

describe.each(ADAPTERS)('a list of secrets on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { secret: [SECRET, OTHER_SECRET, OLD] }, controllers });

  it('verifies tokens with each secret', async () => {
    for (const secret of [SECRET, OTHER_SECRET, OLD]) {
      expect(await app.get('/', forge({}, { secret }))).toMatchObject({ status: 200 });
    }
  });

  it('refuses tokens of any other secret', async () => {
    expect(await app.get('/', forge({}, { secret: STRANGE }))).toEqual({
      status: 422,
      body: { msg: 'Signature verification failed' },
    });
  });

  it('signs new tokens with the first secret', async () => {
    const token = await app.tokens.createAccessToken('alice');
    await withJwtApp(adapter, { options: { secret: SECRET }, controllers }, async (other) => {
      expect(await other.get('/', token)).toMatchObject({ status: 200 });
    });
    await withJwtApp(adapter, { options: { secret: [OTHER_SECRET, OLD] }, controllers }, async (other) => {
      expect(await other.get('/', token)).toMatchObject({ status: 422 });
    });
  });

  it('refuses an expired token of an old secret', async () => {
    expect(await app.get('/', forge({ exp: 1 }, { secret: OLD }))).toMatchObject({ status: 401 });
  });
});

describe.each(ADAPTERS)('a secret on %s', (adapter) => {
  it.each([
    ['a text', SECRET],
    ['a Buffer', Buffer.from(SECRET)],
    ['bytes', new Uint8Array(Buffer.from(SECRET))],
    ['a KeyObject', createSecretKey(Buffer.from(SECRET))],
  ])('may be %s', async (_what, secret) => {
    await withJwtApp(adapter, { options: { secret }, controllers }, async (app) => {
      expect(await app.get('/', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/', await app.tokens.createAccessToken('alice'))).toMatchObject({ status: 200 });
    });
  });

  it('may be short with allowWeakSecret', async () => {
    const options = { secret: 'short', allowWeakSecret: true };
    await withJwtApp(adapter, { options, controllers }, async (app) => {
      expect(await app.get('/', forge({}, { secret: 'short' }))).toMatchObject({ status: 200 });
    });
  });
});
