import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
import { forge, readToken } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const controllers = [RoutesController];
const refused = (msg: string) => ({ status: 422, body: { msg } });

/** The claims of new tokens, and the status of requests with them. */
async function ownTokens(adapter: AdapterName, options: JwtExtendedOptions) {
  let found: object = {};
  await withJwtApp(adapter, { options, controllers }, async (app) => {
    const token = await app.tokens.createAccessToken('alice');
    const { iss, aud } = readToken(token).claims;
    found = { iss, aud, status: (await app.get('/', token)).status };
  });
  return found;
}

describe.each(ADAPTERS)('issuer on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { issuer: { decode: ['us', 'partner'] } }, controllers });
  const send = (iss: unknown) => app.get('/', forge({ iss }));

  it('one of the configured values must be in the token', async () => {
    expect(await send('us')).toMatchObject({ status: 200 });
    expect(await send('partner')).toMatchObject({ status: 200 });
    expect(await send('them')).toEqual(refused('Invalid issuer'));
    expect(await send('us ')).toEqual(refused('Invalid issuer'));
    expect(await send(undefined)).toEqual(refused('Token is missing the "iss" claim'));
    expect(await send(['us'])).toEqual(refused('Payload Issuer (iss) must be a string'));
    expect(await send(null)).toEqual(refused('Payload Issuer (iss) must be a string'));
  });

  it('as one value is in new tokens and required in all tokens', async () => {
    expect(await ownTokens(adapter, { issuer: 'us' })).toEqual({ iss: 'us', aud: undefined, status: 200 });
  });

  it('can differ between new tokens and accepted tokens', async () => {
    expect(await ownTokens(adapter, { issuer: { encode: 'us' } })).toMatchObject({ iss: 'us', status: 200 });
    expect(await ownTokens(adapter, { issuer: { encode: 'us', decode: 'them' } })).toMatchObject({ status: 422 });
    expect(await ownTokens(adapter, { issuer: { decode: 'them' } })).toMatchObject({ iss: undefined, status: 422 });
  });
});

describe.each(ADAPTERS)('audience on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { audience: { decode: ['web', 'app'] } }, controllers });
  const send = (aud: unknown) => app.get('/', forge({ aud }));

  it('one of the configured values must be among those in the token', async () => {
    expect(await send('web')).toMatchObject({ status: 200 });
    expect(await send(['other', 'app'])).toMatchObject({ status: 200 });
    expect(await send('other')).toEqual(refused("Audience doesn't match"));
    expect(await send(['other'])).toEqual(refused("Audience doesn't match"));
    expect(await send([])).toEqual(refused("Audience doesn't match"));
  });

  it('must be in the token, as a string', async () => {
    for (const missing of [undefined, null, '', 0, false]) {
      expect(await send(missing)).toEqual(refused('Token is missing the "aud" claim'));
    }
    for (const odd of [1, true, {}, ['web', 1], [['web']], { web: true }]) {
      expect(await send(odd)).toEqual(refused('Invalid claim format in token'));
    }
  });

  it('as one value is in new tokens and required in all tokens', async () => {
    expect(await ownTokens(adapter, { audience: 'web' })).toEqual({ aud: 'web', iss: undefined, status: 200 });
    const both = ['web', 'app'];
    expect(await ownTokens(adapter, { audience: both })).toMatchObject({ aud: both, status: 200 });
  });

  it('can differ between new tokens and accepted tokens', async () => {
    expect(await ownTokens(adapter, { audience: { encode: 'web' } })).toMatchObject({ aud: 'web', status: 200 });
    expect(await ownTokens(adapter, { audience: { encode: '', decode: 'web' } })).toMatchObject({ status: 422 });
    expect(await ownTokens(adapter, { audience: { encode: [] } })).toMatchObject({ aud: undefined, status: 200 });
  });
});

describe.each(ADAPTERS)('without either option on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers });

  it('the claims are not checked', async () => {
    for (const odd of ['them', 1, null, { a: 1 }, ['x']]) {
      expect(await app.get('/', forge({ iss: odd, aud: odd }))).toMatchObject({ status: 200 });
    }
  });
});
