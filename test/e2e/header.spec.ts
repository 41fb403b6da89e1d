import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const serving = (options: JwtExtendedOptions) => ({ options, controllers: [RoutesController] });
const LET_IN = { status: 200 };
const token = forge();
const other = forge({ sub: 'bob' });

const MISSING = { status: 401, body: { msg: 'Missing Authorization Header' } };
const NO_BEARER = {
  status: 401,
  body: { msg: "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'" },
};
const BAD = { status: 422, body: { msg: "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'" } };

describe.each(ADAPTERS)('the Authorization header on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({}));
  const send = (...values: string[]) =>
    app.send('GET', '/', { headers: values.map((value) => ['Authorization', value] as const) });

  it.each([
    `Bearer ${token}`,
    `  Bearer   ${token}  `,
    `Bearer\t${token}`,
    `Bearer ${token},`,
    `,,Bearer ${token},,`,
    `Basic YTpi, Bearer ${token}`,
    `Bearer ${token}, Basic YTpi`,
    `Digest a="b, c", Bearer ${token},,Other x`,
    `Bearer ${token},bearer ${other}`,
    `Bearer ${token},Bearerish ${other}`,
  ])('has one token of the type: %#', async (value) => {
    expect(await send(value)).toMatchObject(LET_IN);
  });

  it.each(['', ' ', ',', ',,,', '\t,'])('counts as missing if it is %j', async (value) => {
    expect(await send(value)).toEqual(MISSING);
  });

  it.each([
    token,
    `bearer ${token}`,
    `BEARER ${token}`,
    `Basic ${token}`,
    `Bearer${token}`,
    `"Bearer" ${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token}, Bearer ${other}`,
    'Bearer, Bearer',
    ', ,',
    ', , ,',
    '" Bearer"',
  ])('has no token of the type, or several: %#', async (value) => {
    expect(await send(value)).toEqual(NO_BEARER);
  });

  it.each(['Bearer', 'Bearer ,', 'Bearer a b', `Bearer ${token} ${token}`, 'Bearer a b, Basic x', 'Basic x, Bearer'])(
    'is refused if the type is not followed by exactly one token: %#',
    async (value) => {
      expect(await send(value)).toEqual(BAD);
    },
  );

  it.each(['Bearer é', 'Bearer \u00ff\u00fe', 'Bearer a.b.c', 'Bearer ...', 'Bearer "a.b.c"', `Bearer ${token}=`])(
    'has an invalid token: %j',
    async (value) => {
      expect(await send(value)).toMatchObject({ status: 422 });
    },
  );

  it('is the first of repeated lines, because Node ignores the others', async () => {
    expect(await send(`Bearer ${token}`, 'Bearer garbage')).toMatchObject(LET_IN);
    expect(await send('Bearer garbage', `Bearer ${token}`)).toMatchObject({ status: 422 });
  });

  it('can be in upper or lower case', async () => {
    const headers = [['aUTHORIZATION', `Bearer ${token}`]] as const;
    expect(await app.send('GET', '/', { headers })).toMatchObject(LET_IN);
  });
});

describe.each(ADAPTERS)('the option header on %s', (adapter) => {
  describe('with another name', () => {
    const app = useJwtApp(adapter, serving({ header: { name: 'X-Access-Token' } }));
    const send = (...values: string[]) =>
      app.send('GET', '/', { headers: values.map((value) => ['x-access-token', value] as const) });

    it('reads only the header of that name', async () => {
      expect(await send(`Bearer ${token}`)).toMatchObject(LET_IN);
      expect(await app.get('/', token)).toEqual({ status: 401, body: { msg: 'Missing X-Access-Token Header' } });
      expect(await send('Bearer')).toEqual({
        status: 422,
        body: { msg: "Bad X-Access-Token header. Expected 'X-Access-Token: Bearer <JWT>'" },
      });
    });

    it('reads repeated lines as one list, which can have one token', async () => {
      expect(await send(`Bearer ${token}`, 'Basic x')).toMatchObject(LET_IN);
      expect(await send(`Bearer ${token}`, `Bearer ${token}`)).toMatchObject({ status: 401 });
    });
  });

  describe('with another type', () => {
    const app = useJwtApp(adapter, serving({ header: { type: 'JWT' } }));

    it('accepts only that type', async () => {
      expect(await app.send('GET', '/', { headers: [['Authorization', `JWT ${token}`]] })).toMatchObject(LET_IN);
      expect(await app.get('/', token)).toEqual({
        status: 401,
        body: { msg: "Missing 'JWT' type in 'Authorization' header. Expected 'Authorization: JWT <JWT>'" },
      });
    });
  });

  describe('with no type', () => {
    const app = useJwtApp(adapter, serving({ header: { type: '' } }));
    const send = (value: string) => app.send('GET', '/', { headers: [['Authorization', value]] });

    it('accepts only a header that is the token itself', async () => {
      expect(await send(token)).toMatchObject(LET_IN);
      expect(await send(`,${token},`)).toMatchObject(LET_IN);
      const bad = { status: 422, body: { msg: "Bad Authorization header. Expected 'Authorization: <JWT>'" } };
      expect(await send(`Bearer ${token}`)).toEqual(bad);
      expect(await send(', ,')).toMatchObject({ status: 422 });
      expect(await send(`${token},${token}`)).toMatchObject({ status: 422 });
      expect(await send('')).toEqual(MISSING);
    });
  });

  describe('caseInsensitive', () => {
    const app = useJwtApp(adapter, serving({ header: { caseInsensitive: true } }));
    const send = (value: string) => app.send('GET', '/', { headers: [['Authorization', value]] });

    it('accepts the type in upper or lower case', async () => {
      for (const type of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
        expect(await send(`${type} ${token}`)).toMatchObject(LET_IN);
      }
      expect(await send(`Bearer ${token}, bearer ${token}`)).toEqual(NO_BEARER);
    });
  });
});
