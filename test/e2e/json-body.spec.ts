import { Controller, HttpCode, Post, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { JwtIdentity, JwtRequired, type JsonOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, type TestApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @HttpCode(200)
  @Post('access')
  access(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('refresh')
  refresh() {}

  @JwtRequired({ verifyType: false })
  @HttpCode(200)
  @Post('any')
  any() {}

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('optional')
  optional(@JwtIdentity() identity: string | null) {
    return { identity };
  }
}

const serving = (json: JsonOptions = {}) => ({
  options: { tokenLocation: 'json' as const, json },
  controllers: [RoutesController],
});
const token = forge();
const refreshToken = forge({ type: 'refresh' });
const LET_IN = { status: 200, body: { identity: 'alice' } };
const MISSING = { status: 401, body: { msg: 'Missing "access_token" key in json data.' } };
const NO_JSON = { status: 401, body: { msg: 'Invalid content-type. Must be application/json.' } };

function post(app: TestApp, path: string, body: string, type = 'application/json') {
  return app.send('POST', path, { headers: type === '' ? [] : [['Content-Type', type]], body });
}

/** Parses JSON of every form and media type, as an application can configure it. */
const LENIENT: Record<AdapterName, (app: INestApplication) => void> = {
  express: (app) =>
    (app as NestExpressApplication).useBodyParser('json', {
      strict: false,
      type: ['application/json', 'application/*+json'],
    }),
  fastify: (app) => {
    for (const type of ['application/json', /^application\/.+\+json$/]) {
      (app as NestFastifyApplication).useBodyParser(type, {}, (_request, body, done) => {
        done(null, JSON.parse(body.toString()));
      });
    }
  },
};

describe.each(ADAPTERS)('a JSON body on %s', (adapter) => {
  const app = useJwtApp(adapter, serving());

  it.each([
    `{"access_token":"${token}"}`,
    ` {"a":1, "access_token" : "${token}" } `,
    `{"access_token":"garbage","access_token":"${token}"}`,
    `{"access\\u005ftoken":"${token}","refresh_token":"garbage"}`,
  ])('can have a token under its key: %#', async (body) => {
    expect(await post(app, '/access', body)).toEqual(LET_IN);
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;', 'application/json ; a=b'])(
    'can have parameters and any case in its media type: %s',
    async (type) => {
      expect(await post(app, '/access', `{"access_token":"${token}"}`, type)).toEqual(LET_IN);
    },
  );

  it.each(['null', 'false', '0', '""', '[]', '{}'])('has no token if the value is %s', async (value) => {
    expect(await post(app, '/access', `{"access_token":${value}}`)).toEqual(MISSING);
    expect(await post(app, '/optional', `{"access_token":${value}}`)).toEqual({
      status: 200,
      body: { identity: null },
    });
  });

  it.each(['{}', '[]', `[{"access_token":"${token}"}]`, `{"ACCESS_TOKEN":"${token}"}`, `{"refresh_token":"${token}"}`])(
    'has no token without the key: %#',
    async (body) => {
      expect(await post(app, '/access', body)).toEqual(MISSING);
    },
  );

  it.each([
    '1',
    'true',
    '-0.5',
    '"x"',
    '" "',
    '"\\ud800"',
    '"\\u0000"',
    '"a.b.c"',
    `["${token}"]`,
    `[["${token}"]]`,
    `{"token":"${token}"}`,
    '[null]',
    '[[]]',
    `${'['.repeat(500)}1${']'.repeat(500)}`,
  ])('is refused with an invalid token: %#', async (value) => {
    expect(await post(app, '/access', `{"access_token":${value}}`)).toMatchObject({ status: 422 });
    expect(await post(app, '/optional', `{"access_token":${value}}`)).toMatchObject({ status: 422 });
  });

  it.each([
    `{"__proto__":{"access_token":"${token}"}}`,
    `{"constructor":{"prototype":{"access_token":"${token}"}}}`,
    `{"toString":"x"}`,
  ])('has no inherited token: %#', async (body) => {
    const { status } = await post(app, '/access', body);
    // Fastify's parser refuses such keys itself.
    expect(adapter === 'fastify' ? [400, 401] : [401]).toContain(status);
  });

  it.each(['', '{', '{"access_token":', 'undefined', '{"a":1}{"b":2}', "{'a':1}", '\ufeff', '\u0000'])(
    'that is invalid is answered by the parser, or has no token: %j',
    async (body) => {
      expect([400, 401]).toContain((await post(app, '/access', body)).status);
      expect([200, 400]).toContain((await post(app, '/optional', body)).status);
    },
  );

  it('is not read with other media types', async () => {
    const form = `access_token=${token}`;
    expect(await post(app, '/access', form, 'application/x-www-form-urlencoded')).toEqual(NO_JSON);
    for (const type of ['text/plain', 'text/json', 'application/jsonp', 'application/json-seq', 'json', '']) {
      const { status } = await post(app, '/access', `{"access_token":"${token}"}`, type);
      // Fastify may refuse a media type it has no parser for.
      expect(adapter === 'fastify' ? [401, 415] : [401]).toContain(status);
    }
    expect(await app.send('POST', '/access')).toEqual(NO_JSON);
  });

  it('has the type of its first media type', async () => {
    const body = `{"access_token":"${token}"}`;
    for (const type of ['text/plain, application/json', 'application/json, text/plain']) {
      expect([400, 401, 415]).toContain((await post(app, '/access', body, type)).status);
    }
  });

  it('has refresh tokens under their own key', async () => {
    expect(await post(app, '/refresh', `{"refresh_token":"${refreshToken}"}`)).toMatchObject({ status: 200 });
    expect(await post(app, '/refresh', `{"access_token":"${refreshToken}"}`)).toEqual({
      status: 401,
      body: { msg: 'Missing "refresh_token" key in json data.' },
    });
    expect(await post(app, '/any', `{"access_token":"${refreshToken}"}`)).toMatchObject({ status: 200 });
    expect(await post(app, '/any', `{"refresh_token":"${refreshToken}"}`)).toEqual(MISSING);
  });

  it('can be too large for the parser', async () => {
    const { status } = await post(app, '/access', `{"access_token":"${'x'.repeat(2_000_000)}"}`);
    expect(status).toBe(413);
  });
});

describe.each(ADAPTERS)('a JSON body with a lenient parser on %s', (adapter) => {
  const app = useJwtApp(adapter, { ...serving(), prepare: LENIENT[adapter] });

  it.each(['null', '0', '1', 'true', 'false', '""', '"access_token"', '[]', '["access_token"]', `[["access_token"]]`])(
    'that is %s has no token',
    async (body) => {
      expect(await post(app, '/access', body)).toEqual(MISSING);
      expect(await post(app, '/optional', body)).toEqual({ status: 200, body: { identity: null } });
    },
  );

  it('has no token under an inherited key', async () => {
    expect(await post(app, '/access', `{"__proto__":{"access_token":"${token}"}}`)).toEqual(MISSING);
  });

  it.each(['application/vnd.api+json', 'application/a.b-c+JSON', 'Application/LD+json'])(
    'is recognised by its suffix too: %s',
    async (type) => {
      expect(await post(app, '/access', `{"access_token":"${token}"}`, type.toLowerCase())).toEqual(LET_IN);
    },
  );

  it('is refused with a token that is too long', async () => {
    expect(await post(app, '/access', `{"access_token":"${'x'.repeat(20_000)}"}`)).toMatchObject({ status: 422 });
  });
});

describe.each(ADAPTERS)('the option json on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ accessKey: 'jwt', refreshKey: 'constructor' }));

  it('names the keys', async () => {
    expect(await post(app, '/access', `{"jwt":"${token}"}`)).toEqual(LET_IN);
    expect(await post(app, '/access', `{"access_token":"${token}"}`)).toEqual({
      status: 401,
      body: { msg: 'Missing "jwt" key in json data.' },
    });
    expect(await post(app, '/refresh', '{}')).toMatchObject({ status: 401 });
  });
});
