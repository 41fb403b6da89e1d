import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds } from '../support/forge.js';
import { useSessionApp } from '../support/session-app.js';
import { errorOf, tokenService } from '../support/token-service.js';

/** Texts with one half of a surrogate pair. UTF-8 replaces each of these halves with U+FFFD. */
const HALVES = ['\ud800', 'a\udfffb', '\udc00\ud800', `${'a'.repeat(300)}\ud83d`];

describe('A text that UTF-8 cannot encode', () => {
  it.each(HALVES)('cannot be the identity of a new token: %j', async (identity) => {
    for (const options of [{}, { identityClaim: 'user' }, { userIdentity: () => identity }]) {
      const tokens = await tokenService(options);
      for (const work of [
        () => tokens.createAccessToken(identity),
        () => tokens.createRefreshToken(identity),
        () => tokens.createTokenPair(identity),
        () => tokens.createAccessToken('alice', { claims: { [options.identityClaim ?? 'sub']: identity } }),
        () => tokens.createAccessToken('alice', { claims: { jti: identity } }),
      ]) {
        const error = await errorOf(work);
        expect(error).toBeInstanceOf(TypeError);
        expect(error?.message).toContain('surrogate pair');
      }
    }
  });
});

describe.each(ADAPTERS)('A token with such a text on %s', (adapter) => {
  const app = useSessionApp(adapter);
  const now = nowInSeconds();
  const tokenOf = (claims: object) => forge({ iat: now - 10, nbf: 0, exp: now + 600, ...claims });

  it.each(HALVES)('is refused as identity and as jti: %j', async (text) => {
    const refused = (claim: string) => ({
      status: 422,
      body: { msg: `Invalid claim: ${claim} must be valid Unicode` },
    });
    for (const path of ['/me', '/optional', '/unchecked']) {
      expect(await app.get(path, tokenOf({ sub: text }))).toEqual(refused('sub'));
      expect(await app.get(path, tokenOf({ jti: text }))).toEqual(refused('jti'));
    }
    for (const work of [() => app.tokens.revokeAllFor(text), () => app.tokens.listSessions(text)]) {
      await expect(work()).rejects.toThrow(TypeError);
    }
  });

  it('is not affected by the log-out of a user whose name has the replacement character', async () => {
    await app.tokens.revokeAllFor('a\ufffdb');
    expect(await app.get('/me', tokenOf({ sub: 'a\ufffdb' }))).toMatchObject({ status: 401 });
    expect(await app.get('/me', tokenOf({ sub: 'a\ufffdc' }))).toMatchObject({ status: 200 });
  });

  it('does not affect pairs and other texts', async () => {
    for (const name of ['\u{1f600}', 'Zoë', '\ufffd', '\u0000']) {
      const { accessToken } = await app.tokens.createTokenPair(name);
      expect(await app.get('/me', accessToken)).toEqual({ status: 200, body: { identity: name } });
    }
  });
});
