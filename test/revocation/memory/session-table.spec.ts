import { SessionTable } from '../../../src/stores/memory/session-table.js';

import type { SessionRecord } from '../../../src/stores/revocation-store.js';

function record(sid: string): SessionRecord {
  const token = { currentId: 'id', parentId: null, rotatedAt: null, issuedAt: 0, refreshExpires: null, csrf: null };
  return { sid, ...token, openedAt: 0, lastUsedAt: 0, expiresAt: null, device: null };
}

describe('the sessions in memory', () => {
  it('are removed when their time is over, a few with each use', () => {
    const sessions = new SessionTable();
    for (let index = 0; index < 3_000; index++) {
      sessions.put(`subject ${index % 700}`, record(`${index}`), index % 3 === 0 ? 20 : 10);
    }
    expect(sessions.size).toBe(3_000);
    sessions.sweep(10);
    expect(sessions.size).toBeGreaterThan(2_990);
    for (let step = 0; step < 1_000; step++) sessions.sweep(10);
    expect(sessions.size).toBe(1_000);
    for (let index = 0; index < 3_000; index++) {
      const expected = index % 3 === 0 ? record(`${index}`) : null;
      expect(sessions.find(`subject ${index % 700}`, `${index}`, 10)).toEqual(expected);
    }
    for (let step = 0; step < 1_000; step++) sessions.sweep(20);
    expect(sessions.size).toBe(0);
  });

  it('are removed while other sessions are used all the time', () => {
    const sessions = new SessionTable();
    for (let index = 0; index < 100; index++) sessions.put('alice', record(`${index}`), 10);
    for (let turn = 0; turn < 1_000; turn++) {
      sessions.put('alice', record('busy'), Infinity);
      sessions.put('bob', record(`${turn}`), turn + 20);
      sessions.sweep(turn + 10);
    }
    expect(sessions.list('alice', 0)).toEqual([record('busy')]);
    expect(sessions.size).toBeLessThan(1_000);
  });
});
