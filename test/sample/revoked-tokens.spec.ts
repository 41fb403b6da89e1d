import { RevokedTokens } from '../../sample/src/revocation/revoked-tokens.js';

const now = Math.floor(Date.now() / 1000);
const token = (jti: string, exp?: number) => ({ jti, exp, type: 'access', fresh: false });

it('knows what was revoked, and that it was so before', () => {
  const revoked = new RevokedTokens();
  expect(revoked.add(token('a', now + 60))).toBe(true);
  expect(revoked.add(token('a', now + 60))).toBe(false);
  expect(revoked.has(token('a'))).toBe(true);
  expect(revoked.has(token('b'))).toBe(false);
});

it('keeps an id until its token expires, and no longer', () => {
  const revoked = new RevokedTokens();
  revoked.add(token('expired', now - 1));
  revoked.add(token('good', now + 60));
  revoked.add(token('for ever'));
  expect(revoked.has(token('expired'))).toBe(false);
  expect(revoked.size).toBe(2);
});
