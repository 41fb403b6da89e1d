import { jest } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { BoundedStaleness, LookUpCache } from '../../../src/sessions/look-up-cache.js';
import type { LookUp } from '../../../src/stores/revocation-store.js';
import { useFakeTime } from '../../support/fake-time.js';

const time = useFakeTime();
const NOTHING: LookUp = { session: null, denied: false, cutOff: null };
const DENIED: LookUp = { ...NOTHING, denied: true };
const query = (jti: string, subject = 'alice') => ({ subject, sid: null, jti });

describe('The cache of look-ups', () => {
  it('reads from the store once while a look-up is valid, and again afterwards', async () => {
    const cache = new LookUpCache(new BoundedStaleness(300), 10);
    const read = jest.fn(() => NOTHING);
    for (let count = 0; count < 3; count++) expect(cache.lookUp(query('a'), read)).toBe(NOTHING);
    await time.pass(299);
    void cache.lookUp(query('a'), read);
    expect(read).toHaveBeenCalledTimes(1);
    await time.pass(1);
    void cache.lookUp(query('a'), read);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('counts the validity from the request to the store, not from the answer', async () => {
    const cache = new LookUpCache(new BoundedStaleness(100), 10);
    const read = jest.fn(() => time.after(100, NOTHING));
    const answer = cache.lookUp(query('a'), read);
    await time.pass(100);
    expect(await answer).toBe(NOTHING);
    void cache.lookUp(query('a'), read);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('reads from the store again after the session has ended by time', async () => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 10);
    const session = { sid: 'a', expiresAt: Date.now() + 100 } as LookUp['session'];
    const found = { ...NOTHING, session };
    void cache.lookUp(query('a'), () => found);
    await time.pass(99);
    expect(cache.lookUp(query('a'), () => NOTHING)).toBe(found);
    await time.pass(1);
    expect(cache.lookUp(query('a'), () => NOTHING)).toBe(NOTHING);
  });

  it('has separate entries for tokens, sessions and subjects', () => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 10);
    void cache.lookUp(query('a'), () => NOTHING);
    expect(cache.lookUp(query('b'), () => DENIED)).toBe(DENIED);
    expect(cache.lookUp(query('a', 'bob'), () => DENIED)).toBe(DENIED);
    expect(cache.lookUp({ subject: 'alice', sid: 'a', jti: null }, () => DENIED)).toBe(DENIED);
  });

  it('deletes the entries of one subject, and no others', () => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 10);
    void cache.lookUp(query('a'), () => NOTHING);
    void cache.lookUp(query('a', 'bob'), () => NOTHING);
    cache.remove('alice');
    expect(cache.lookUp(query('a'), () => DENIED)).toBe(DENIED);
    expect(cache.lookUp(query('a', 'bob'), () => DENIED)).toBe(NOTHING);
  });

  it.each(['remove', 'clear'] as const)('does not store a look-up that was pending at a %s', async (what) => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 10);
    const slow = cache.lookUp(query('a'), () => time.after(20, NOTHING));
    if (what === 'remove') cache.remove('alice');
    else cache.clear();
    await time.pass(20);
    await slow;
    expect(cache.lookUp(query('a'), () => DENIED)).toBe(DENIED);
  });

  it('stores no failure, thrown at once or later', async () => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 10);
    const fail = () => {
      throw new Error('down');
    };
    expect(() => cache.lookUp(query('a'), fail)).toThrow('down');
    await expect(cache.lookUp(query('a'), () => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(cache.lookUp(query('a'), () => NOTHING)).toBe(NOTHING);
  });

  it('has at most `maxEntries` entries, the last used ones', () => {
    const cache = new LookUpCache(new BoundedStaleness(10_000), 2);
    void cache.lookUp(query('a'), () => NOTHING);
    void cache.lookUp(query('b'), () => NOTHING);
    void cache.lookUp(query('a'), () => DENIED);
    void cache.lookUp(query('c'), () => NOTHING);
    expect(cache.lookUp(query('a'), () => DENIED)).toBe(NOTHING);
    expect(cache.lookUp(query('b'), () => DENIED)).toBe(DENIED);
  });

  it('uses no entry that is not fresh', () => {
    const cache = new LookUpCache({ validUntil: () => performance.now() - 1 }, 10);
    void cache.lookUp(query('a'), () => NOTHING);
    expect(cache.lookUp(query('a'), () => DENIED)).toBe(DENIED);
  });
});
