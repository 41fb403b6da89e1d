import { createSecretKey } from 'node:crypto';
import { ownKey } from '../../../../src/keys/verification-key.js';
import { fillDefaults } from '../../../../src/tokens/verifying/claims.js';
import { CachedToken } from '../../../../src/tokens/cache/cached-token.js';
import { bytesOf } from '../../../../src/tokens/cache/token-bytes.js';
import { CachePartition } from '../../../../src/tokens/cache/cache-partition.js';
import { SignedToken } from '../../../../src/tokens/verified-token.js';
import { claimsOf, forge, readToken, SECRET } from '../../../support/forge.js';

const SIGNER = ownKey('HS256', createSecretKey(Buffer.from(SECRET)));
const BYTES = 2 ** 24;

function tokenWith(claims: object): CachedToken {
  const rawToken = forge(claims);
  const read = readToken(rawToken).claims;
  const token = new SignedToken(rawToken, { alg: 'HS256' }, read, fillDefaults(read), SIGNER);
  return new CachedToken(token, 'current', bytesOf(token, false));
}

const tokens = Array.from({ length: 3000 }, (_, index) => tokenWith({ jti: `id ${index}` }));
const part = (from: number, to: number) => tokens.slice(from, to);

/** Looks for each and puts in what is missing, as a verification does; answers how many were there. */
function use(partition: CachePartition, used: readonly CachedToken[]): { hits: number; added: number } {
  const counts = { hits: 0, added: 0 };
  for (const token of used) {
    if (partition.find(token.rawToken) !== undefined) counts.hits++;
    else if (partition.wants()) {
      partition.add(token);
      counts.added++;
    }
  }
  return counts;
}

function found(partition: CachePartition): CachedToken[] {
  return tokens.filter(({ rawToken }) => partition.find(rawToken) !== undefined);
}

describe('a partition', () => {
  it('has all tokens while there is space', () => {
    const partition = new CachePartition({ maxTokens: 1000, maxBytes: BYTES });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 0, added: 1000 });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 1000, added: 0 });
  });

  it('holds no more tokens than it may', () => {
    const partition = new CachePartition({ maxTokens: 100, maxBytes: BYTES });
    for (const token of tokens) partition.add(token);
    expect(found(partition)).toHaveLength(100);
  });

  it('holds no more bytes than it may', () => {
    const partition = new CachePartition({ maxTokens: 1000, maxBytes: 80_000 });
    for (const token of tokens) partition.add(token);
    const held = found(partition).length;
    expect(held).toBeGreaterThan(80);
    expect(held).toBeLessThan(160);
    partition.add(tokenWith({ jti: 'large', text: 'x'.repeat(100_000) }));
    expect(found(partition)).toHaveLength(held);
    partition.add(tokenWith({ jti: 'half', text: 'x'.repeat(20_000) }));
    expect(found(partition).length).toBeLessThan(held);
  });

  it('of no size takes nothing', () => {
    const partition = new CachePartition({ maxTokens: 0, maxBytes: BYTES });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 0, added: 0 });
  });

  it('of one token has the last one it took', () => {
    const partition = new CachePartition({ maxTokens: 1, maxBytes: BYTES });
    for (const token of part(0, 5)) partition.add(token);
    expect(found(partition)).toEqual(part(4, 5));
  });

  it('forgets what is taken out, and only that', () => {
    const partition = new CachePartition({ maxTokens: 10, maxBytes: BYTES });
    for (const token of part(0, 10)) partition.add(token);
    for (const token of part(3, 7)) partition.remove(token);
    for (const token of part(5, 30)) if (!part(7, 10).includes(token)) partition.remove(token);
    expect(found(partition)).toEqual([...part(0, 3), ...part(7, 10)]);
    for (const token of part(10, 14)) partition.add(token);
    expect(found(partition)).toEqual([...part(0, 3), ...part(7, 14)]);
  });

  it('finds some of a working set that is larger than it, and takes few in', () => {
    const partition = new CachePartition({ maxTokens: 300, maxBytes: BYTES });
    use(partition, tokens);
    const later = [1, 2, 3].map(() => use(partition, tokens));
    for (const { hits, added } of later) {
      expect(hits).toBeGreaterThan(90);
      expect(added).toBeLessThan(tokens.length / 8);
    }
  });

  it('keeps what is used while others come once', () => {
    const partition = new CachePartition({ maxTokens: 300, maxBytes: BYTES });
    const regulars = part(0, 200);
    use(partition, regulars);
    let hits = 0;
    for (let from = 200; from < 3000; from += 280) {
      use(partition, part(from, from + 280));
      hits += use(partition, regulars).hits;
    }
    expect(hits / (10 * regulars.length)).toBeGreaterThan(0.75);
  });
});

it('characters of two bytes, fractions and store keys count', () => {
  const bytes = (claims: object, isLookedUp = false) => {
    const raw = { rawToken: '', payload: claims, claims } as unknown as SignedToken;
    return bytesOf(raw, isLookedUp);
  };
  expect(bytes({ name: 'Łódź' }) - bytes({ name: 'Lodz' })).toBe(4);
  expect(bytes({ name: 'Köln' })).toBe(bytes({ name: 'Koln' }));
  expect(bytes({ exp: 1.5 }) - bytes({ exp: 1 })).toBe(16);
  expect(bytes({}, true)).toBeGreaterThan(bytes({}) + 100);
});

it('the size of a token is about what it takes', () => {
  const partition = new CachePartition({ maxTokens: 10_000, maxBytes: 700 * 1000 });
  const usual = Array.from({ length: 2000 }, (_, index) => tokenWith(claimsOf({ jti: `id ${index}` })));
  for (const token of usual) partition.add(token);
  const held = usual.filter(({ rawToken }) => partition.find(rawToken)).length;
  expect(held).toBeGreaterThan(900);
});
