import fc from 'fast-check';
import { Logger } from '@nestjs/common';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp } from '../support/jwt-app.js';
import { logInSetup, PASSWORD, useLogInApp, type LogInSetup } from '../support/log-in-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

const MALFORMED = { status: 400, body: { msg: 'The JSON body needs the texts "username" and "password"' } };
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** Bodies that JSON can hold, and that have no name and password. */
const BODIES: [string, string][] = [
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['a list of the texts', '["alice","correct horse"]'],
  ['a list with the object', '[{"username":"alice","password":"correct horse"}]'],
  ['no password', '{"username":"alice"}'],
  ['no name', '{"password":"correct horse"}'],
  ['an empty name', '{"username":"","password":"x"}'],
  ['an empty password', '{"username":"alice","password":""}'],
  ['null', '{"username":null,"password":null}'],
  ['numbers', '{"username":5,"password":6}'],
  ['booleans', '{"username":true,"password":true}'],
  ['a list as the name', '{"username":["alice"],"password":"correct horse"}'],
  ['an operator of a database', '{"username":"alice","password":{"$ne":null}}'],
  ['an object with toString', '{"username":{"toString":"alice","length":5},"password":"x"}'],
  ['other names', '{"email":"alice","pass":"correct horse"}'],
  ['names in upper case', '{"Username":"alice","Password":"correct horse"}'],
  ['U+0000', '{"username":"ali\\u0000ce","password":"x"}'],
  ['U+0000 in the password', '{"username":"alice","password":"correct horse\\u0000x"}'],
  ['half of a surrogate pair', '{"username":"\\ud800","password":"x"}'],
  ['a very long name', JSON.stringify({ username: 'a'.repeat(5000), password: 'x' })],
  ['a very long password', JSON.stringify({ username: 'alice', password: 'x'.repeat(50_000) })],
  ['a deep body', `{"username":${nested(2000)},"password":"x"}`],
  ['the last of two passwords', '{"username":"alice","password":"correct horse","password":7}'],
];

describe.each(ADAPTERS)('the body of a log-in on %s', (adapter) => {
  const app = useLogInApp(adapter, { refusalTime: false });
  const post = (body: string, type: readonly [string, string] | null = JSON_TYPE) =>
    app.send('POST', '/auth', { body, headers: type === null ? [] : [type] });

  it.each(BODIES)('is answered 400: %s', async (_, body) => {
    expect(await post(body)).toEqual(MALFORMED);
  });

  it.each([
    ['no body', '', null],
    ['a text', 'alice', ['Content-Type', 'text/plain']],
    ['JSON as a text', JSON.stringify({ username: 'alice', password: PASSWORD }), ['Content-Type', 'text/plain']],
    ['a form', 'username=alice&password=correct+horse', ['Content-Type', 'application/x-www-form-urlencoded']],
  ] as [string, string, [string, string] | null][])('is answered 400: %s', async (_, body, type) => {
    expect(await post(body, type)).toEqual(MALFORMED);
  });

  it.each([
    ['broken JSON', '{"username":', JSON_TYPE],
    ['a number', '5', JSON_TYPE],
    ['a text in JSON', '"alice"', JSON_TYPE],
    ['null in JSON', 'null', JSON_TYPE],
    ['a member __proto__', '{"__proto__":{"username":"alice","password":"correct horse"}}', JSON_TYPE],
    ['a constructor', '{"constructor":{"prototype":{"username":"alice"}}}', JSON_TYPE],
    ['XML', '<user/>', ['Content-Type', 'application/xml']],
    ['no content type', '{"username":"alice"}', ['X-Other', '1']],
    ['a broken content type', '{"username":"alice"}', ['Content-Type', ';;;']],
    ['another charset', '{"username":"alice"}', ['Content-Type', 'application/json; charset=nonsense']],
    ['more than a megabyte', JSON.stringify({ username: 'alice', password: 'x'.repeat(1_100_000) }), JSON_TYPE],
    ['half a multipart form', '--x\r\n', ['Content-Type', 'multipart/form-data; boundary=x']],
  ] as [string, string, [string, string]][])('is a fault of the client: %s', async (_, body, type) => {
    const { status } = await post(body, type);
    expect([400, 413, 415]).toContain(status);
  });

  it('is 400 or a refusal for any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (body) => {
        expect([400, 401]).toContain((await post(body)).status);
      }),
      { numRuns: 60 },
    );
  });

  it('is 400 or a refusal for any name and password', async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }), fc.string());
    await fc.assert(
      fc.asyncProperty(value, value, async (username, password) => {
        const { status } = await post(JSON.stringify({ username, password }));
        const isText = (each: unknown) => typeof each === 'string' && each !== '' && !each.includes('\0');
        expect(status).toBe(isText(username) && isText(password) ? 401 : 400);
      }),
      { numRuns: 80 },
    );
  });

  it('is 4xx for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (body) => {
        expect([400, 401]).toContain((await post(body)).status);
      }),
      { numRuns: 60 },
    );
  });

  describe('with the option credentials', () => {
    interface Body {
      user: { name: string; secret: string };
    }
    const credentials = ({ body }: { body?: unknown }) => {
      const { user } = body as Body;
      return { username: user.name, password: user.secret };
    };
    const refused = { status: 400, body: { msg: 'Missing username or password' } };

    it('is read by the application', async () => {
      await withJwtApp(adapter, logInSetup({ credentials }), async (other) => {
        const body = { user: { name: 'alice', secret: PASSWORD } };
        expect(await other.send('POST', '/auth', { body })).toMatchObject({ status: 200 });
      });
    });

    it.each(BODIES)('is answered 400: %s', async (_, body) => {
      await withJwtApp(adapter, logInSetup({ credentials }), async (other) => {
        expect(await other.send('POST', '/auth', { body, headers: [JSON_TYPE] })).toEqual(refused);
      });
    });

    it.each([null, undefined, [], 'alice', { username: 'alice' }, { username: 1, password: 2 }])(
      'is answered 400 if it returns %p',
      async (value) => {
        const setup = logInSetup({ credentials: (() => value) as never });
        await withJwtApp(adapter, setup, async (other) => {
          expect(await other.send('POST', '/auth', { body: {} })).toEqual(refused);
        });
      },
    );
  });
});

it('logs no password, also when a callback fails', async () => {
  const logger = new RecordingLogger();
  const prepare = () => Logger.overrideLogger(logger);
  const failing: LogInSetup[] = [
    { credentials: ({ body }) => JSON.parse(`{"password":"${JSON.stringify(body)}`) as null },
    { identity: () => undefined },
    { response: (_tokens, user) => user },
  ];
  for (const setup of failing) {
    await withJwtApp('express', logInSetup(setup, {}, { prepare }), async (app) => {
      for (const password of [PASSWORD, `${PASSWORD} battery`]) {
        await app.send('POST', '/auth', { body: { username: 'alice', password } });
      }
    });
  }
  Logger.overrideLogger(false);
  const lines = [...logger.warnings, ...logger.errors].join('\n');
  expect(lines.match(/credentials\(\) threw a SyntaxError/g)).toHaveLength(1);
  expect(lines).not.toContain(PASSWORD);
  expect(lines).not.toContain('the-hash');
});
