import { createSecretKey } from 'node:crypto';
import { ownKey } from '../../../../src/keys/verification-key.js';
import { fillDefaults } from '../../../../src/tokens/verifying/claims.js';
import { CachedToken } from '../../../../src/tokens/cache/cached-token.js';
import { sizeOf } from '../../../../src/tokens/cache/token-size.js';
import { CachePartition, type PartitionLimits } from '../../../../src/tokens/cache/cache-partition.js';
import { SignedToken } from '../../../../src/tokens/verified-token.js';
import { forge, readToken, SECRET } from '../../../support/forge.js';

const SIGNER = ownKey('HS256', createSecretKey(Buffer.from(SECRET)));
const BYTES = 2 ** 24;

function tokenWith(claims: object): CachedToken {
  const rawToken = forge(claims);
  const read = readToken(rawToken).claims;
  const token = new SignedToken(rawToken, { alg: 'HS256' }, read, fillDefaults(read), SIGNER);
  return new CachedToken(token, 'current', sizeOf(token));
}

const tokens = Array.from({ length: 3000 }, (_, index) => tokenWith({ jti: `id ${index}` }));
const part = (from: number, to: number) => tokens.slice(from, to);
const sizes = tokens.map(({ bytes }) => bytes);

/** Looks up each token and adds the missing ones, like a verification. Counts both. */
function use(partition: CachePartition, used: readonly CachedToken[]): { hits: number; added: number } {
  const counts = { hits: 0, added: 0 };
  for (const token of used) {
    if (partition.find(token.rawToken) !== undefined) counts.hits++;
    else if (partition.shouldAdd()) {
      partition.add(token);
      counts.added++;
    }
  }
  return counts;
}

function found(partition: CachePartition): CachedToken[] {
  return tokens.filter(({ rawToken }) => partition.find(rawToken) !== undefined);
}

describe('a partition of the cache', () => {
  it('has all added tokens until it is full', () => {
    const partition = new CachePartition({ maxTokens: 1000, maxBytes: BYTES });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 0, added: 1000 });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 1000, added: 0 });
  });

  it('has at most `maxTokens` tokens', () => {
    const partition = new CachePartition({ maxTokens: 100, maxBytes: BYTES });
    for (const token of tokens) partition.add(token);
    expect(found(partition)).toHaveLength(100);
  });

  it('has at most `maxBytes` bytes', () => {
    const maxBytes = 100 * Math.max(...sizes);
    const partition = new CachePartition({ maxTokens: 1000, maxBytes });
    for (const token of tokens) partition.add(token);
    const held = found(partition);
    expect(held.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytes);
    expect(held.length).toBeGreaterThanOrEqual(100);
    partition.add(tokenWith({ jti: 'too large', text: 'x'.repeat(maxBytes) }));
    expect(found(partition)).toHaveLength(held.length);
    partition.add(tokenWith({ jti: 'a fifth', text: 'x'.repeat(maxBytes / 20) }));
    expect(found(partition).length).toBeLessThan(held.length);
  });

  it('adds nothing if its size is 0', () => {
    const partition = new CachePartition({ maxTokens: 0, maxBytes: BYTES });
    expect(use(partition, part(0, 1000))).toEqual({ hits: 0, added: 0 });
  });

  it('has the last token if its size is 1', () => {
    const partition = new CachePartition({ maxTokens: 1, maxBytes: BYTES });
    for (const token of part(0, 5)) partition.add(token);
    expect(found(partition)).toEqual(part(4, 5));
  });

  it('has no removed tokens, but all others', () => {
    const partition = new CachePartition({ maxTokens: 10, maxBytes: BYTES });
    for (const token of part(0, 10)) partition.add(token);
    for (const token of part(3, 7)) partition.remove(token);
    for (const token of part(5, 30)) if (!part(7, 10).includes(token)) partition.remove(token);
    expect(found(partition)).toEqual([...part(0, 3), ...part(7, 10)]);
    for (const token of part(10, 14)) partition.add(token);
    expect(found(partition)).toEqual([...part(0, 3), ...part(7, 14)]);
  });
});

describe.each<[string, PartitionLimits]>([
  ['tokens', { maxTokens: 300, maxBytes: BYTES }],
  ['bytes', { maxTokens: 3000, maxBytes: 300 * Math.max(...sizes) }],
])('a partition that is full by the number of %s', (_, limits) => {
  it('finds some tokens of a larger working set, and adds few tokens', () => {
    const partition = new CachePartition(limits);
    use(partition, tokens);
    const later = [1, 2, 3].map(() => use(partition, tokens));
    for (const { hits, added } of later) {
      expect(hits).toBeGreaterThan(90);
      expect(added).toBeLessThan(tokens.length / 8);
    }
  });

  it('finds repeated tokens again while other tokens come once', () => {
    const partition = new CachePartition(limits);
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

describe('the size of a token', () => {
  const size = (rawToken: string, claims: object, header: object = {}) =>
    sizeOf({ rawToken, claims, header } as unknown as SignedToken);
  const none = size('', {});
  const member = size('', { role: '' }) - none;
  const element = size('', { aud: [''] }) - size('', { aud: [] });

  it('grows with its characters, its members and its elements, at any depth', () => {
    expect(size('four', {})).toBeGreaterThan(size('one', {}));
    expect(size('', { role: { of: { a: 0 } } }) - none).toBe(3 * member);
    expect(size('', { roles: [[], null] }) - none).toBe(member + 2 * element);
    expect(size('', {}, { jku: '' }) - none).toBe(member);
  });

  it('does not grow with the names that all tokens have', () => {
    expect(size('', { sub: '', exp: 1, csrf: '' }, { alg: 'HS256' })).toBe(none);
    expect(size('', { aud: ['one', 'two'] }) - none).toBe(member + 2 * element);
  });
});
