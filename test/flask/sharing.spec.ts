import { MemoryRevocationStore, optionsFromFlaskConfig, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ADAPTERS } from '../support/adapters.js';
import { readToken } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';
import { RECORDED, type RecordedSession } from './recorded.js';
import { answersTo, ServiceController } from './service.js';

const controllers = [ServiceController];

/** The options come from Flask's configuration alone. */
const optionsOf = (configuration: object): JwtExtendedOptions => ({
  secret: undefined,
  ...optionsFromFlaskConfig(configuration as Record<string, unknown>),
});

/** The header and the claims of a token, with the type of each value instead of the value. */
function shapeOf(token: string) {
  const { header, claims } = readToken(token);
  const kinds = Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? 'list' : typeof value]);
  return { header, claims: Object.fromEntries(kinds.sort()) as object };
}

const shapesOf = ({ accessToken, refreshToken }: RecordedSession) => [accessToken, refreshToken].map(shapeOf);

/** The `Set-Cookie` headers as a browser parses them, without values and dates, which differ. */
function cookiesOf(lines: readonly string[]) {
  return lines.map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    const kept = attributes.filter((item) => !item.startsWith('Expires=') || item.includes('01 Jan 1970'));
    return { name: pair.split('=')[0], isEmpty: pair.endsWith('='), attributes: kept.sort() };
  });
}

describe.each(RECORDED)('with the settings of "$name"', ({ configuration, flask, nest, answers }) => {
  const options = optionsOf(configuration);
  const settings = resolveSettings(options);

  it('tokens have the form of recorded Flask tokens, and Flask accepts them', async () => {
    await withJwtApp('express', { options, controllers }, async (app) => {
      const accessToken = await app.tokens.createAccessToken('alice', { fresh: true, claims: { role: 'admin' } });
      const refreshToken = await app.tokens.createRefreshToken('alice');
      const today = shapesOf({ accessToken, refreshToken, csrf: nest.csrf });
      expect(today).toEqual(shapesOf(nest));
      expect(today).toEqual(shapesOf(flask));
    });
    expect(answers.map(({ status }) => status)).toContain(200);
  });

  describe.each(ADAPTERS)('on %s', (adapter) => {
    const app = useJwtApp(adapter, { options, controllers });

    it('the responses to tokens, cookies and CSRF values of Flask equal its responses to ours', async () => {
      expect(await answersTo(app, flask, settings)).toEqual(answers);
      expect(await answersTo(app, nest, settings)).toEqual(answers);
    });

    it('cookies are set and deleted as in Flask', async () => {
      const login = await app.send('POST', '/login');
      expect(cookiesOf(login.setCookies)).toEqual(cookiesOf(flask.setCookies));
      const logout = await app.send('POST', '/logout');
      expect(cookiesOf(logout.setCookies)).toEqual(cookiesOf(flask.unsetCookies));
    });
  });
});

it.each(ADAPTERS)('on %s a refresh token of Flask opens a session, once', async (adapter) => {
  const { configuration, flask } = RECORDED[0] as (typeof RECORDED)[0];
  const options = {
    ...optionsOf(configuration),
    revocation: { store: new MemoryRevocationStore() },
    rotation: { adopt: true, grace: 0 },
  };
  await withJwtApp(adapter, { options, controllers }, async (app) => {
    const pair = await app.tokens.rotate(flask.refreshToken);
    expect(await app.get('/orders', pair.accessToken)).toMatchObject({ status: 200 });
    expect(readToken(pair.refreshToken).claims).toMatchObject({ sub: 'alice', sid: expect.any(String) });
    expect((await app.tokens.rotate(pair.refreshToken)).accessToken).toEqual(expect.any(String));
    expect(await app.send('POST', '/refresh', { token: flask.refreshToken })).toMatchObject({ status: 401 });
  });
});
