import { ADAPTERS } from '../support/adapters.js';
import { useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';
import { errorOf } from '../support/token-service.js';

const FIXED = ['jti', 'sid', 'type', 'csrf', 'sub'];

/** The answer of `additionalClaims` in the current test. */
let additional: object = {};

describe.each(ADAPTERS)('In the token of a session on %s', (adapter) => {
  const app = useSessionApp(adapter, { additionalClaims: () => additional });
  afterEach(() => {
    additional = {};
  });

  describe.each(FIXED)('the claim %s cannot be set', (claim) => {
    const claims = { [claim]: 'x' };
    const expectRefused = async (work: () => Promise<unknown>) => {
      const sessions = await app.tokens.listSessions('alice');
      const error = await errorOf(work);
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toContain(`"${claim}"`);
      expect(await app.tokens.listSessions('alice')).toEqual(sessions);
    };

    it('by a log-in', async () => {
      await expectRefused(() => app.tokens.createTokenPair('alice', { claims }));
      await expectRefused(() => app.tokens.createRefreshToken('alice', { claims }));
    });

    it('by a token that joins', async () => {
      const session = sidOf(await app.logIn());
      await expectRefused(() => app.tokens.createAccessToken('alice', { session, claims }));
      await expectRefused(() => app.tokens.createRefreshToken('alice', { session, claims }));
    });

    it('by a rotation, which does not consume the token', async () => {
      const pair = await app.logIn();
      await expectRefused(() => app.tokens.rotate(pair.refreshToken, { claims }));
      await app.refresh(await app.refresh(pair));
    });

    it('by additionalClaims', async () => {
      const pair = await app.logIn();
      additional = claims;
      await expectRefused(() => app.tokens.createTokenPair('alice'));
      await expectRefused(() => app.tokens.rotate(pair.refreshToken));
      additional = {};
      await app.refresh(await app.refresh(pair));
    });
  });

  it('other claims can be set, and the claims of a rotation override the copied claims', async () => {
    const pair = await app.tokens.createTokenPair('alice', { claims: { role: 'admin', tenant: 'acme', aud: 'web' } });
    additional = { tenant: 'from the callback', plan: 'from the callback' };
    const next = await app.tokens.rotate(pair.refreshToken, {
      claims: { plan: 'from the call' },
      headers: { kid: 'k' },
    });
    for (const token of Object.values(next)) {
      expect((await app.tokens.verify(token)).payload).toMatchObject({
        role: 'admin',
        tenant: 'from the callback',
        plan: 'from the call',
      });
      expect((await app.tokens.verify(token)).header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k' });
      expect(claimOf(token, 'aud')).toBeUndefined();
    }
  });
});

describe.each(ADAPTERS)('In an access token without session on %s', (adapter) => {
  const app = useSessionApp(adapter);

  it('all claims can be set', async () => {
    const claims = { jti: 'x', type: 'access', csrf: 'x', sub: 'bob' };
    const token = await app.tokens.createAccessToken('alice', { claims });
    expect((await app.tokens.verify(token)).payload).toMatchObject(claims);
    expect(claimOf(token, 'sid')).toBeUndefined();
  });
});
