import { Controller, Get } from '@nestjs/common';
import { JwtIdentity, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, forgeJson } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

const serving = (options: JwtExtendedOptions) => ({ options, controllers: [RoutesController] });
const refused = (msg: string) => ({ status: 422, body: { msg } });
const identified = (identity: unknown) => ({ status: 200, body: { identity } });

describe.each(ADAPTERS)('the identity on %s', (adapter) => {
  describe('by default', () => {
    const app = useJwtApp(adapter, serving({}));

    it('is sub, which is required', async () => {
      expect(await app.get('/', forge({ sub: 'bob' }))).toEqual(identified('bob'));
      expect(await app.get('/', forge({ sub: '' }))).toEqual(identified(''));
      expect(await app.get('/', forge({ sub: undefined }))).toEqual(refused('Missing claim: sub'));
    });

    it.each(['1', 'null', 'true', '{}', '["alice"]'])('has to be a string, not %s', async (json) => {
      expect(await app.get('/', forgeJson('sub', json))).toEqual(refused('Subject must be a string'));
    });
  });

  describe('with verifySubject: false', () => {
    const app = useJwtApp(adapter, serving({ verifySubject: false }));

    it.each(['1', 'null', 'true', '{"id":1}', '["alice"]'])('may be %s', async (json) => {
      expect(await app.get('/', forgeJson('sub', json))).toEqual(identified(JSON.parse(json)));
    });
  });

  describe('with an identityClaim', () => {
    const app = useJwtApp(adapter, serving({ identityClaim: 'user_id' }));

    it('is that claim, of any type', async () => {
      expect(await app.get('/', forge({ sub: undefined, user_id: 7 }))).toEqual(identified(7));
      expect(await app.get('/', forge({ user_id: null }))).toEqual(identified(null));
      expect(await app.get('/', await app.tokens.createAccessToken(7))).toEqual(identified(7));
    });

    it('is required, even if the token has sub', async () => {
      expect(await app.get('/', forge())).toEqual(refused('Missing claim: user_id'));
    });

    it('still requires that sub is a string', async () => {
      expect(await app.get('/', forge({ user_id: 7, sub: 7 }))).toEqual(refused('Subject must be a string'));
    });
  });

  describe('with an identityClaim that every object inherits', () => {
    const app = useJwtApp(adapter, serving({ identityClaim: 'constructor' }));

    it('must be a claim of the token itself', async () => {
      expect(await app.get('/', forge())).toEqual(refused('Missing claim: constructor'));
      expect(await app.get('/', forge({ constructor: 'alice' }))).toEqual(identified('alice'));
    });
  });
});

describe.each(ADAPTERS)('requiredClaims on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ requiredClaims: ['exp', 'jti', 'tenant', 'toString'] }));
  const GOOD = { tenant: 'acme', toString: 'own' };

  it('are required', async () => {
    expect(await app.get('/', forge(GOOD))).toMatchObject({ status: 200 });
    for (const claim of ['exp', 'jti', 'tenant', 'toString']) {
      expect(await app.get('/', forge({ ...GOOD, [claim]: undefined }))).toEqual(refused(`Missing claim: ${claim}`));
    }
  });

  it('null counts as missing, other empty values do not', async () => {
    expect(await app.get('/', forge({ ...GOOD, tenant: null }))).toEqual(refused('Missing claim: tenant'));
    for (const tenant of ['', 0, false, []]) {
      expect(await app.get('/', forge({ ...GOOD, tenant }))).toMatchObject({ status: 200 });
    }
  });
});

describe.each(ADAPTERS)('jti on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({}));

  it('may be missing', async () => {
    expect(await app.get('/', forge({ jti: undefined }))).toMatchObject({ status: 200 });
  });

  it.each(['1', 'null', '["a"]', '{}'])('has to be a string, not %s', async (json) => {
    expect(await app.get('/', forgeJson('jti', json))).toEqual(refused('JWT ID must be a string'));
  });
});

describe.each(ADAPTERS)('maxTokenLength on %s', (adapter) => {
  const token = forge({ padding: 'x'.repeat(60) });
  const app = useJwtApp(adapter, serving({ maxTokenLength: token.length }));

  it('refuses a longer token before anything else', async () => {
    const tooLong = refused(`Token is longer than ${token.length} characters`);
    expect(await app.get('/', token)).toMatchObject({ status: 200 });
    expect(await app.get('/', `${token}x`)).toEqual(tooLong);
    expect(await app.get('/', 'x'.repeat(token.length))).toEqual(refused('Not enough segments'));
    expect(await app.get('/', 'x'.repeat(token.length + 1))).toEqual(tooLong);
  });
});
