import { Controller, Get } from '@nestjs/common';
import { JwtIdentity, JwtRequired, type QueryStringOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get(['', 'path'])
  required(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ refresh: true })
  @Get('refresh')
  refresh() {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: string | null) {
    return { identity };
  }
}

const serving = (queryString: QueryStringOptions = {}) => ({
  options: { tokenLocation: 'query_string' as const, queryString },
  controllers: [RoutesController],
});
const token = forge();
const LET_IN = { status: 200, body: { identity: 'alice' } };
const MISSING = { status: 401, body: { msg: "Missing 'jwt' query paramater" } };

describe.each(ADAPTERS)('the query string on %s', (adapter) => {
  const app = useJwtApp(adapter, serving());

  it.each([
    `?jwt=${token}`,
    `?a=1&jwt=${token}&b=2`,
    `?&&jwt=${token}`,
    `?=x&jwt=${token}`,
    `?%6Awt=${token}`,
    `?jwt=${token.replaceAll('.', '%2E')}`,
    `?jwt=${token}&jwt=garbage`,
    `?jwt=${token}&jwt[]=garbage&jwt[a]=garbage`,
    `?a=?&jwt=${token}`,
    `?__proto__[jwt]=garbage&jwt=${token}`,
    `?%=%&%zz&jwt=${token}`,
  ])('has the token in the first parameter of the name: %#', async (query) => {
    expect(await app.get(`/${query}`)).toEqual(LET_IN);
    expect(await app.get(`/path${query}`)).toEqual(LET_IN);
  });

  it.each([
    '',
    '?',
    '?jwt',
    '?jwt=',
    '?jwt=&jwt=x',
    `?JWT=${token}`,
    `?jwt[]=${token}`,
    `?jwt[0]=${token}`,
    `?jwt[__proto__]=${token}`,
    `?__proto__[jwt]=${token}`,
    `?a=jwt=${token}`,
    '?%zz=1',
  ])('has no token: %j', async (query) => {
    expect(await app.get(`/${query}`)).toEqual(MISSING);
    expect(await app.get(`/optional${query}`)).toEqual({ status: 200, body: { identity: null } });
  });

  it.each([
    '%',
    '%zz',
    '%E0%A4%A',
    '%00',
    '+',
    '%20',
    '%F0%9F%A6%8A',
    'a.b.c',
    '...',
    '[object Object]',
    `${token}%20`,
  ])('has an invalid token: %s', async (value) => {
    expect(await app.get(`/?jwt=${encodeURI(value).replaceAll('%25', '%')}`)).toMatchObject({ status: 422 });
    expect(await app.get(`/optional?jwt=${encodeURI(value).replaceAll('%25', '%')}`)).toMatchObject({ status: 422 });
  });

  it('can have a thousand other parameters', async () => {
    const others = Array.from({ length: 1_000 }, (_, index) => `p${index}=${index}`).join('&');
    expect(await app.get(`/?${others}&jwt=${token}`)).toEqual(LET_IN);
    expect(await app.get(`/?${'jwt=&'.repeat(1_000)}`)).toEqual(MISSING);
    expect(await app.get(`/?jwt=${'x'.repeat(14_000)}`)).toMatchObject({ status: 422 });
  });

  it('has refresh tokens under the same name', async () => {
    expect(await app.get(`/refresh?jwt=${forge({ type: 'refresh' })}`)).toMatchObject({ status: 200 });
    expect(await app.get(`/refresh?jwt=${token}`)).toMatchObject({ status: 422 });
    expect(await app.get('/refresh')).toEqual(MISSING);
  });

  it('does not include the Authorization header', async () => {
    expect(await app.get('/', token)).toEqual(MISSING);
  });
});

describe.each(ADAPTERS)('the option queryString on %s', (adapter) => {
  describe('with another name', () => {
    const app = useJwtApp(adapter, serving({ name: 'access token' }));

    it('makes the guard read only the parameter of that name', async () => {
      expect(await app.get(`/?access%20token=${token}`)).toEqual(LET_IN);
      expect(await app.get(`/?access+token=${token}`)).toEqual(LET_IN);
      expect(await app.get(`/?jwt=${token}`)).toEqual({
        status: 401,
        body: { msg: "Missing 'access token' query paramater" },
      });
    });
  });

  describe.each(['toString', 'constructor'])('with the name %s', (name) => {
    const app = useJwtApp(adapter, serving({ name }));

    it('finds no property that objects inherit', async () => {
      expect(await app.get('/')).toEqual({ status: 401, body: { msg: `Missing '${name}' query paramater` } });
      expect(await app.get(`/?${name}=${token}`)).toEqual(LET_IN);
    });
  });

  describe('with a prefix', () => {
    const app = useJwtApp(adapter, serving({ valuePrefix: 'Bearer ' }));

    it('requires the exact prefix', async () => {
      expect(await app.get(`/?jwt=Bearer%20${token}`)).toEqual(LET_IN);
      expect(await app.get(`/?jwt=Bearer+${token}`)).toEqual(LET_IN);
      for (const value of [token, `bearer%20${token}`, `Bearer${token}`, `%20Bearer%20${token}`, 'Bearer']) {
        expect(await app.get(`/?jwt=${value}`)).toEqual({
          status: 422,
          body: {
            msg: "Invalid value for query parameter 'jwt'. Expected the value to start with 'Bearer '",
          },
        });
      }
    });

    it('makes the rest of the value the token, even if the rest is empty', async () => {
      expect(await app.get('/?jwt=Bearer%20')).toMatchObject({ status: 422 });
      expect(await app.get(`/?jwt=Bearer%20%20${token}`)).toMatchObject({ status: 422 });
      expect(await app.get('/?jwt=')).toEqual(MISSING);
    });
  });
});
