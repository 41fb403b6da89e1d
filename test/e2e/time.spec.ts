import { Controller, Get } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge, forgeJson, nowInSeconds } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const controllers = [RoutesController];
const LET_IN = { status: 200 };
const EXPIRED = { status: 401, body: { msg: 'Token has expired' } };
useTestClock();
const after = (seconds: number) => nowInSeconds() + seconds;

describe.each(ADAPTERS)('the times in a token on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers });
  const send = (claims: object) => app.get('/', forge(claims));

  it('exp: the guard refuses the token from that second on', async () => {
    expect(await send({ exp: after(1) })).toMatchObject(LET_IN);
    expect(await send({ exp: after(0) })).toEqual(EXPIRED);
    expect(await send({ exp: after(-1) })).toEqual(EXPIRED);
  });

  it('exp: the guard ignores the fraction of a second', async () => {
    expect(await send({ exp: nowInSeconds() + 0.999 })).toEqual(EXPIRED);
    expect(await send({ exp: after(1) + 0.5 })).toMatchObject(LET_IN);
  });

  it('exp: a token without it never expires', async () => {
    expect(await send({ exp: undefined })).toMatchObject(LET_IN);
  });

  it('nbf and iat: the guard refuses the token before that second', async () => {
    expect(await send({ nbf: after(1) })).toEqual({ status: 422, body: { msg: 'The token is not yet valid (nbf)' } });
    expect(await send({ iat: after(1) })).toEqual({ status: 422, body: { msg: 'The token is not yet valid (iat)' } });
    expect(await send({ nbf: after(0), iat: after(0) })).toMatchObject(LET_IN);
    expect(await send({ nbf: undefined, iat: undefined })).toMatchObject(LET_IN);
  });

  describe.each([
    ['exp', 'Expiration Time claim (exp) must be an integer.'],
    ['iat', 'Issued At claim (iat) must be an integer.'],
    ['nbf', 'Not Before claim (nbf) must be an integer.'],
  ])('%s', (claim, msg) => {
    it.each(['"4102444800"', '"x"', 'true', 'null', '[]', '{}', '1e400', '-1e400'])('must not be %s', async (json) => {
      expect(await app.get('/', forgeJson(claim, json))).toEqual({ status: 422, body: { msg } });
    });
  });

  it('expires: a new token can have its own lifetime', async () => {
    const token = await app.tokens.createAccessToken('alice', { expires: '5s' });
    expect(await app.get('/', token)).toMatchObject(LET_IN);
    expect(await app.get('/', await app.tokens.createAccessToken('alice', { expires: -1 }))).toEqual(EXPIRED);
    expect(await app.get('/', await app.tokens.createAccessToken('alice', { expires: false }))).toMatchObject(LET_IN);
  });
});

describe.each(ADAPTERS)('leeway on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { leeway: { seconds: 30 } }, controllers });
  const send = (claims: object) => app.get('/', forge(claims));

  it('is added to exp', async () => {
    expect(await send({ exp: after(-29) })).toMatchObject(LET_IN);
    expect(await send({ exp: after(-30) })).toEqual(EXPIRED);
  });

  it('is subtracted from nbf and iat', async () => {
    expect(await send({ nbf: after(30), iat: after(30) })).toMatchObject(LET_IN);
    expect(await send({ nbf: after(31) })).toMatchObject({ status: 422 });
    expect(await send({ iat: after(31) })).toMatchObject({ status: 422 });
  });
});
