import { createRequire } from 'node:module';
import multipart from '@fastify/multipart';
import { Body, Controller, Post, type INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { JwtRequired, type CsrfOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
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

  it.each([`csrf_token=${VALUE}`, `a=1&csrf_token=${VALUE}&b=2`])('has the value in a field: %s', async (body) => {
    expect(await post(body)).toMatchObject(TAKEN);
    expect(await post(body, { type: `${FORM.toUpperCase()}; charset=utf-8` })).toMatchObject(TAKEN);
  });

  it.each([
    `csrf_token=${VALUE}&csrf_token=other`,
    `csrf_token=${VALUE}&csrf_token=${VALUE}`,
    `csrf_token[]=${VALUE}`,
    `csrf_token[0]=${VALUE}`,
    `csrf_token[value]=${VALUE}`,
  ])('has no value in a field that is a list or an object: %s', async (body) => {
    expect(await post(body)).toEqual(MISSING);
  });

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
  ])('has no value: %s', async (body) => {
    expect(await post(body)).toEqual(MISSING);
  });

  it.each(['csrf_token=other', `csrf_token=${VALUE}%20`, 'csrf_token=%00', 'csrf_token=%C3%A9', 'csrf_token=%zz'])(
    'has a wrong value: %s',
    async (body) => {
      expect(await post(body)).toEqual(MISMATCH);
    },
  );

  it('is ignored if the header has a value', async () => {
    expect(await post('csrf_token=other', { header: VALUE })).toMatchObject(TAKEN);
    expect(await post(`csrf_token=${VALUE}`, { header: 'other' })).toEqual(MISMATCH);
    expect(await post(`csrf_token=${VALUE}`, { header: '' })).toMatchObject(TAKEN);
  });

  it('is not a body of JSON or of plain text', async () => {
    expect(await post(JSON.stringify({ csrf_token: VALUE }), { type: 'application/json' })).toEqual(MISSING);
    expect(await post(`csrf_token=${VALUE}`, { type: 'text/plain' })).toEqual(MISSING);
  });

  it('is not required to have a body', async () => {
    expect(await app.send('POST', '/form', { headers: [['Cookie', cookies]] })).toEqual(MISSING);
  });

  it('also works for refresh routes', async () => {
    const headers = [
      ['Cookie', cookies],
      ['Content-Type', FORM],
    ] as const;
    expect(await app.send('POST', '/refresh', { headers, body: `csrf_token=${VALUE}` })).toMatchObject(TAKEN);
    expect(await app.send('POST', '/refresh', { headers, body: 'a=1' })).toEqual(MISSING);
  });
});

type Part = readonly [name: string, content: string, further?: { file?: string; type?: string }];

const multer = createRequire(import.meta.url)('multer') as () => { any(): (...of: unknown[]) => void };

/** The parsers of multipart forms that run before guards. */
const PARSERS: readonly (readonly [string, AdapterName, (app: INestApplication) => unknown])[] = [
  ['multer on express', 'express', (app) => app.use(multer().any())],
  ...([true, 'keyValues'] as const).map(
    (attachFieldsToBody) =>
      [
        `@fastify/multipart with attachFieldsToBody: ${attachFieldsToBody}`,
        'fastify',
        (app: INestApplication) => (app as NestFastifyApplication).register(multipart, { attachFieldsToBody }),
      ] as const,
  ),
];

describe.each(PARSERS.filter(([, adapter]) => ADAPTERS.includes(adapter)))(
  'a multipart form and %s',
  (_, adapter, prepare) => {
    const app = useJwtApp(adapter, { ...serving({ checkForm: true }), prepare });
    const post = (...parts: Part[]) => {
      const lines = parts.flatMap(([name, content, { file, type } = {}]) => [
        '--limit',
        `Content-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}`,
        ...(type === undefined ? [] : [`Content-Type: ${type}`]),
        '',
        content,
      ]);
      return app.send('POST', '/form', {
        headers: [
          ['Cookie', cookies],
          ['Content-Type', 'multipart/form-data; boundary=limit'],
        ],
        body: [...lines, '--limit--', ''].join('\r\n'),
      });
    };

    it('has the value in a field', async () => {
      expect(await post(['csrf_token', VALUE])).toMatchObject(TAKEN);
      expect(await post(['a', '1'], ['csrf_token', VALUE], ['upload', 'text', { file: 'a.txt' }])).toMatchObject(TAKEN);
      expect(await post(['csrf_token', 'other'])).toEqual(MISMATCH);
    });

    const field: Part = ['csrf_token', VALUE];
    const file: Part = ['csrf_token', VALUE, { file: 'a.txt', type: 'text/plain' }];
    const other: Part = ['csrf_token', 'other'];

    it.each<[string, Part[]]>([
      ['no field of the name', [['a', VALUE]]],
      ['an empty field', [['csrf_token', '']]],
      ['several fields', [field, other]],
      ['equal fields', [field, field]],
      ['a list', [['csrf_token[]', VALUE]]],
      ['a file', [file]],
    ])('has no value in %s', async (_kind, parts) => {
      expect(await post(...parts)).toEqual(MISSING);
    });

    it('has no value in a field and a file, unless the parser stores files in another object', async () => {
      expect(await post(field, file)).toMatchObject(adapter === 'express' ? TAKEN : MISSING);
    });

    it('has no value in a list of JSON', async () => {
      const answer = await post(['csrf_token', JSON.stringify([VALUE]), { type: 'application/json' }]);
      // multer does not parse JSON. It hands over the text, which differs from the value.
      expect(answer).toEqual(adapter === 'express' ? MISMATCH : MISSING);
    });
  },
);

describe.each(ADAPTERS)('the names of fields on %s', (adapter) => {
  const csrf = { checkForm: true, access: { fieldName: '_csrf' }, refresh: { fieldName: 'constructor' } };
  const app = useJwtApp(adapter, serving(csrf));
  const post = (path: string, body: string) =>
    app.send('POST', path, {
      headers: [
        ['Cookie', cookies],
        ['Content-Type', FORM],
      ],
      body,
    });

  it('are options, one for each type of token', async () => {
    expect(await post('/form', `_csrf=${VALUE}`)).toMatchObject(TAKEN);
    expect(await post('/form', `csrf_token=${VALUE}`)).toEqual(MISSING);
    expect(await post('/refresh', `_csrf=${VALUE}`)).toEqual(MISSING);
  });

  it('do not find properties that objects inherit', async () => {
    expect(await post('/refresh', 'a=1')).toEqual(MISSING);
  });
});

describe.each(ADAPTERS)('the names of headers on %s', (adapter) => {
  describe.each(['constructor', 'toString', 'hasOwnProperty'])('that objects inherit: %s', (headerName) => {
    const app = useJwtApp(adapter, serving({ access: { headerName } }));

    it('are missing like any other name', async () => {
      expect(await app.send('POST', '/form', { headers: [['Cookie', cookies]] })).toEqual(MISSING);
    });
  });
});

describe.each(ADAPTERS)('a form by default on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({}));

  it('is not read', async () => {
    const headers = [
      ['Cookie', cookies],
      ['Content-Type', FORM],
    ] as const;
    expect(await app.send('POST', '/form', { headers, body: `csrf_token=${VALUE}` })).toEqual(MISSING);
  });
});
