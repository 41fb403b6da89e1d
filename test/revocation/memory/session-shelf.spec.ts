import { SessionShelf } from '../../../src/stores/memory/session-shelf.js';
import { nextRecord } from '../../../src/stores/next-record.js';
import type { SessionRecord } from '../../../src/stores/revocation-store.js';

function record(sid: string): SessionRecord {
  const token = { id: 'id', issuedAt: 0, csrf: null, lifetime: null };
  return nextRecord({ sid, token, parentId: null, openedAt: 0, device: null, maxAge: null }, 0);
}

describe('the sessions in memory', () => {
  it('leave when their time is over, a few with each use', () => {
    const shelf = new SessionShelf();
    for (let index = 0; index < 3_000; index++) {
      shelf.put(`subject ${index % 700}`, record(`${index}`), index % 3 === 0 ? 20 : 10);
    }
    expect(shelf.size).toBe(3_000);
    shelf.sweep(10);
    expect(shelf.size).toBeGreaterThan(2_990);
    for (let step = 0; step < 1_000; step++) shelf.sweep(10);
    expect(shelf.size).toBe(1_000);
    for (let index = 0; index < 3_000; index++) {
      expect(shelf.find(`subject ${index % 700}`, `${index}`, 10)).toEqual(index % 3 === 0 ? record(`${index}`) : null);
    }
    for (let step = 0; step < 1_000; step++) shelf.sweep(20);
    expect(shelf.size).toBe(0);
  });

  it('leave though others are used all the time', () => {
    const shelf = new SessionShelf();
    for (let index = 0; index < 100; index++) shelf.put('alice', record(`${index}`), 10);
    for (let turn = 0; turn < 1_000; turn++) {
      shelf.put('alice', record('busy'), Infinity);
      shelf.put('bob', record(`${turn}`), turn + 20);
      shelf.sweep(turn + 10);
    }
    expect(shelf.list('alice', 0)).toEqual([record('busy')]);
    expect(shelf.size).toBeLessThan(1_000);
  });
});
