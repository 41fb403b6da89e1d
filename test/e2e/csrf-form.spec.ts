import { Body, Controller, Post } from '@nestjs/common';
import { JwtRequired, type CsrfOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class FormController {
  @JwtRequired()
  @Post('form')
  form(@Body() body: object) {
    return { fields: Object.keys(body) };
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh() {}
}

const VALUE = '4f1e7a52-3c0f-4a7e-8f55-0d6ef5b7f7c1';
const FORM = 'application/x-www-form-urlencoded';
const MISSING = { status: 401, body: { msg: 'Missing CSRF token' } };
const MISMATCH = { status: 401, body: { msg: 'CSRF double submit tokens do not match' } };
const TAKEN = { status: 201 };

const serving = (csrf: CsrfOptions) => ({
  options: { tokenLocation: 'cookies' as const, csrf },
  controllers: [FormController],
});
const cookies = `access_token_cookie=${forge({ csrf: VALUE })}; refresh_token_cookie=${forge({ csrf: VALUE, type: 'refresh' })}`;

describe.each(ADAPTERS)('a form on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ checkForm: true }));
  const post = (body: string, { header, type = FORM }: { header?: string; type?: string } = {}) =>
    app.send('POST', '/form', {
      headers: [
        ['Cookie', cookies],
        ['Content-Type', type],
        ...(header === undefined ? [] : [['X-CSRF-TOKEN', header] as const]),
      ],
      body,
    });

  it.each([`csrf_token=${VALUE}`, `a=1&csrf_token=${VALUE}&b=2`, `csrf_token=${VALUE}&csrf_token=other`])(
    'holds the value in a field, the first of several: %s',
    async (body) => {
      expect(await post(body)).toMatchObject(TAKEN);
      expect(await post(body, { type: `${FORM.toUpperCase()}; charset=utf-8` })).toMatchObject(TAKEN);
    },
  );

  it.each([
    'a=1',
    'csrf_token',
    'csrf_token=',
    `CSRF_TOKEN=${VALUE}`,
    `csrf_token=&csrf_token=${VALUE}`,
    `csrf_token[a]=${VALUE}`,
    `csrf_token[__proto__]=${VALUE}`,
    `__proto__[csrf_token]=${VALUE}`,
    `constructor[prototype][csrf_token]=${VALUE}`,
    '&=&',
  ])('holds no value: %s', async (body) => {
    expect(await post(body)).toEqual(MISSING);
  });

  it.each(['csrf_token=other', `csrf_token=${VALUE}%20`, 'csrf_token=%00', 'csrf_token=%C3%A9', 'csrf_token=%zz'])(
    'holds another value: %s',
    async (body) => {
      expect(await post(body)).toEqual(MISMATCH);
    },
  );

  it('gives way to the header, unless that is empty', async () => {
    expect(await post('csrf_token=other', { header: VALUE })).toMatchObject(TAKEN);
    expect(await post(`csrf_token=${VALUE}`, { header: 'other' })).toEqual(MISMATCH);
    expect(await post(`csrf_token=${VALUE}`, { header: '' })).toMatchObject(TAKEN);
  });

  it('is not what came as JSON or as plain text', async () => {
    expect(await post(JSON.stringify({ csrf_token: VALUE }), { type: 'application/json' })).toEqual(MISSING);
    expect(await post(`csrf_token=${VALUE}`, { type: 'text/plain' })).toEqual(MISSING);
  });

  it('needs no body', async () => {
    expect(await app.send('POST', '/form', { headers: [['Cookie', cookies]] })).toEqual(MISSING);
  });

  it('serves refresh routes too', async () => {
    const headers = [
      ['Cookie', cookies],
      ['Content-Type', FORM],
    ] as const;
    expect(await app.send('POST', '/refresh', { headers, body: `csrf_token=${VALUE}` })).toMatchObject(TAKEN);
    expect(await app.send('POST', '/refresh', { headers, body: 'a=1' })).toEqual(MISSING);
  });
});

describe.each(ADAPTERS)('the names of fields on %s', (adapter) => {
  const csrf = { checkForm: true, access: { fieldName: '_csrf' }, refresh: { fieldName: '__proto__' } };
  const app = useJwtApp(adapter, serving(csrf));
  const post = (path: string, body: string) =>
    app.send('POST', path, {
      headers: [
        ['Cookie', cookies],
        ['Content-Type', FORM],
      ],
      body,
    });

  it('are options, each for its own kind of token', async () => {
    expect(await post('/form', `_csrf=${VALUE}`)).toMatchObject(TAKEN);
    expect(await post('/form', `csrf_token=${VALUE}`)).toEqual(MISSING);
    expect(await post('/refresh', `_csrf=${VALUE}`)).toEqual(MISSING);
  });

  it('are never found on what objects inherit', async () => {
    expect(await post('/refresh', 'a=1')).toEqual(MISSING);
  });
});

describe.each(ADAPTERS)('a form by default on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({}));

  it('is not looked into', async () => {
    const headers = [
      ['Cookie', cookies],
      ['Content-Type', FORM],
    ] as const;
    expect(await app.send('POST', '/form', { headers, body: `csrf_token=${VALUE}` })).toEqual(MISSING);
  });
});
