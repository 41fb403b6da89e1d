import { Controller, Get } from '@nestjs/common';
import { JwtRequired, RevocationUnavailableException } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('required')
  required() {}

  @Get('thrown')
  thrown() {
    throw new RevocationUnavailableException();
  }
}

describe.each(ADAPTERS)('errorResponses that fail on %s', (adapter) => {
  let doing: () => unknown;
  const app = useJwtApp(adapter, {
    options: { errorResponses: { revocationUnavailable: () => doing(), unauthorized: () => doing() } as object },
    controllers: [RoutesController],
  });
  const BROKEN = [
    undefined,
    null,
    'text',
    401,
    {},
    { status: '401', body: {} },
    { status: 99, body: {} },
    { status: 600, body: {} },
  ];

  it.each(BROKEN)('an invalid response is a 500, sync or async: %j', async (answer) => {
    for (const give of [() => answer, () => Promise.resolve(answer)]) {
      doing = give;
      expect(await app.get('/required')).toMatchObject({ status: 500 });
      expect(await app.get('/thrown')).toMatchObject({ status: 500 });
    }
  });

  it('an exception is a 500, sync or async', async () => {
    const error = new Error('the template is missing');
    for (const give of [
      () => Promise.reject(error),
      () => {
        throw error;
      },
    ]) {
      doing = give;
      expect(await app.get('/required')).toMatchObject({ status: 500 });
      expect(await app.get('/thrown')).toMatchObject({ status: 500 });
    }
  });

  it.each([
    ['a header that would break the answer', { status: 400, body: {}, headers: { 'X-Own': 'a\r\nSet-Cookie: b=c' } }],
    ['a header without a name', { status: 400, body: {}, headers: { '': 'a' } }],
    ['a body JSON cannot hold', { status: 400, body: { big: 10n } }],
  ])('%s is a 500 without details', async (_what, answer) => {
    doing = () => answer;
    for (const path of ['/required', '/thrown']) {
      const refused = await app.get(path);
      expect(refused.status).toBe(500);
      expect(refused.header('Set-Cookie')).toBeUndefined();
      expect(JSON.stringify(refused.body)).not.toMatch(/node_modules|\.js:|\.ts:/);
    }
  });

  it('a thenable is awaited', async () => {
    const answer = { status: 410, body: { gone: true } };
    doing = () => ({ then: (resolve: (value: unknown) => void) => void setTimeout(() => resolve(answer), 1) });
    expect(await app.get('/required')).toEqual(answer);
    expect(await app.get('/thrown')).toEqual(answer);
  });
});
