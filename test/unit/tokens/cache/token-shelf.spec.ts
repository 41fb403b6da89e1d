import { createSecretKey } from 'node:crypto';
import { ownKey } from '../../../../src/keys/verification-key.js';
import { fillDefaults } from '../../../../src/tokens/verifying/claims.js';
import { KeptToken } from '../../../../src/tokens/cache/kept-token.js';
import { bytesOf } from '../../../../src/tokens/cache/token-bytes.js';
import { TokenShelf } from '../../../../src/tokens/cache/token-shelf.js';
import { SignedToken } from '../../../../src/tokens/verified-token.js';
import { claimsOf, forge, readToken, SECRET } from '../../../support/forge.js';

const SIGNER = ownKey('HS256', createSecretKey(Buffer.from(SECRET)));
const BYTES = 2 ** 24;

function tokenWith(claims: object): KeptToken {
  const rawToken = forge(claims);
  const read = readToken(rawToken).claims;
  const token = new SignedToken(rawToken, { alg: 'HS256' }, read, fillDefaults(read), SIGNER);
  return new KeptToken(token, 'current', bytesOf(token, false));
}

const tokens = Array.from({ length: 3000 }, (_, index) => tokenWith({ jti: `id ${index}` }));
const part = (from: number, to: number) => tokens.slice(from, to);

/** Looks for each and puts in what is missing, as a verification does; answers how many were there. */
function use(shelf: TokenShelf, used: readonly KeptToken[]): { hits: number; added: number } {
  const counts = { hits: 0, added: 0 };
  for (const token of used) {
    if (shelf.find(token.rawToken) !== undefined) counts.hits++;
    else if (shelf.wants()) {
      shelf.add(token);
      counts.added++;
    }
  }
  return counts;
}

function found(shelf: TokenShelf): KeptToken[] {
  return tokens.filter(({ rawToken }) => shelf.find(rawToken) !== undefined);
}

describe('a shelf', () => {
  it('has all it was given while there is room', () => {
    const shelf = new TokenShelf({ maxTokens: 1000, maxBytes: BYTES });
    expect(use(shelf, part(0, 1000))).toEqual({ hits: 0, added: 1000 });
    expect(use(shelf, part(0, 1000))).toEqual({ hits: 1000, added: 0 });
  });

  it('holds no more tokens than it may', () => {
    const shelf = new TokenShelf({ maxTokens: 100, maxBytes: BYTES });
    for (const token of tokens) shelf.add(token);
    expect(found(shelf)).toHaveLength(100);
  });

  it('holds no more bytes than it may', () => {
    const shelf = new TokenShelf({ maxTokens: 1000, maxBytes: 80_000 });
    for (const token of tokens) shelf.add(token);
    const held = found(shelf).length;
    expect(held).toBeGreaterThan(80);
    expect(held).toBeLessThan(160);
    shelf.add(tokenWith({ jti: 'large', text: 'x'.repeat(100_000) }));
    expect(found(shelf)).toHaveLength(held);
    shelf.add(tokenWith({ jti: 'half', text: 'x'.repeat(20_000) }));
    expect(found(shelf).length).toBeLessThan(held);
  });

  it('of no size takes nothing', () => {
    const shelf = new TokenShelf({ maxTokens: 0, maxBytes: BYTES });
    expect(use(shelf, part(0, 1000))).toEqual({ hits: 0, added: 0 });
  });

  it('of one token has the last one it took', () => {
    const shelf = new TokenShelf({ maxTokens: 1, maxBytes: BYTES });
    for (const token of part(0, 5)) shelf.add(token);
    expect(found(shelf)).toEqual(part(4, 5));
  });

  it('forgets what is taken out, and only that', () => {
    const shelf = new TokenShelf({ maxTokens: 10, maxBytes: BYTES });
    for (const token of part(0, 10)) shelf.add(token);
    for (const token of part(3, 7)) shelf.remove(token);
    for (const token of part(5, 30)) if (!part(7, 10).includes(token)) shelf.remove(token);
    expect(found(shelf)).toEqual([...part(0, 3), ...part(7, 10)]);
    for (const token of part(10, 14)) shelf.add(token);
    expect(found(shelf)).toEqual([...part(0, 3), ...part(7, 14)]);
  });

  it('finds some of a working set that is larger than it, and takes few in', () => {
    const shelf = new TokenShelf({ maxTokens: 300, maxBytes: BYTES });
    use(shelf, tokens);
    const later = [1, 2, 3].map(() => use(shelf, tokens));
    for (const { hits, added } of later) {
      expect(hits).toBeGreaterThan(90);
      expect(added).toBeLessThan(tokens.length / 8);
    }
  });

  it('keeps what is used while others come once', () => {
    const shelf = new TokenShelf({ maxTokens: 300, maxBytes: BYTES });
    const regulars = part(0, 200);
    use(shelf, regulars);
    let hits = 0;
    for (let from = 200; from < 3000; from += 280) {
      use(shelf, part(from, from + 280));
      hits += use(shelf, regulars).hits;
    }
    expect(hits / (10 * regulars.length)).toBeGreaterThan(0.75);
  });
});

it('letters that take two bytes, fractions and what a store is asked count', () => {
  const bytes = (claims: object, isLookedUp = false) => {
    const raw = { rawToken: '', payload: claims, claims } as unknown as SignedToken;
    return bytesOf(raw, isLookedUp);
  };
  expect(bytes({ name: 'Łódź' }) - bytes({ name: 'Lodz' })).toBe(4);
  expect(bytes({ name: 'Köln' })).toBe(bytes({ name: 'Koln' }));
  expect(bytes({ exp: 1.5 }) - bytes({ exp: 1 })).toBe(16);
  expect(bytes({}, true)).toBeGreaterThan(bytes({}) + 200);
});

it('the size of a token is about what it takes', () => {
  const shelf = new TokenShelf({ maxTokens: 10_000, maxBytes: 700 * 1000 });
  const usual = Array.from({ length: 2000 }, (_, index) => tokenWith(claimsOf({ jti: `id ${index}` })));
  for (const token of usual) shelf.add(token);
  const held = usual.filter(({ rawToken }) => shelf.find(rawToken)).length;
  expect(held).toBeGreaterThan(900);
});
