import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return stdout;
}

describe('MemoryRevocationStore in a process', () => {
  it('takes less than 100 bytes for each of a million denied tokens, and gives them back', () => {
    const { entries, bytes, bytesLeft } = JSON.parse(
      run('--expose-gc', join('test', 'revocation', 'memory', 'million-denials.mjs')),
    );
    expect(entries).toBe(1_000_000);
    expect(bytes.used).toBeLessThan(100);
    expect(bytes.rss).toBeLessThan(100);
    expect(bytesLeft.used).toBeLessThan(5);
  }, 300_000);

  it('lets it end: it has no timer', () => {
    const script = `
      import { loadSource } from './test/support/load-source.mjs';
      const { MemoryRevocationStore } = await loadSource('stores/memory/memory-revocation.store.ts');
      const store = new MemoryRevocationStore();
      const token = { id: 'a', issuedAt: 0, csrf: null, lifetime: 60 };
      const limits = { maxAge: 90_000, leeway: 0 };
      const open = { subject: 's', sid: 's.1', token, device: null, maxPerSubject: 3, existing: false, ...limits };
      if (store.openSession(open, Infinity).outcome !== 'opened') throw new Error('not opened');
      store.deny('s', 'jti', 60_000, Infinity);
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter((resource) => /Timeout|Immediate/.test(resource))));
    `;
    expect(run('--input-type=module', '--eval', script).trim()).toBe('[]');
  });
});
