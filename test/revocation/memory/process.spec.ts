import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The beginning of a script that opens sessions in a store. */
const OPENING = `
  import { loadSource } from './test/support/load-source.mjs';
  import { bytesInUse } from './bench/harness/memory.mjs';
  const { MemoryRevocationStore } = await loadSource('stores/memory/memory-revocation.store.ts');
  const store = new MemoryRevocationStore();
  const token = { id: 'a', issuedAt: 0, csrf: null, lifetime: 60 };
  const limits = { maxPerSubject: null, existing: false, maxAge: null, leeway: 0 };
  const open = (given) => {
    const session = { subject: 's', sid: 's.1', token, device: null, ...limits, ...given };
    if (store.openSession(session, Infinity).outcome !== 'opened') throw new Error('not opened');
  };
`;

function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return stdout;
}

describe('MemoryRevocationStore in a process', () => {
  it('needs less than 100 bytes for each of a million denied tokens, and frees them', () => {
    const { entries, bytes, bytesLeft } = JSON.parse(
      run('--expose-gc', join('test', 'revocation', 'memory', 'million-denials.mjs')),
    );
    expect(entries).toBe(1_000_000);
    expect(bytes.used).toBeLessThan(100);
    expect(bytes.rss).toBeLessThan(100);
    expect(bytesLeft.used).toBeLessThan(5);
  }, 300_000);

  it('stores a shortened device note without the memory of its original text', () => {
    const script = `
      ${OPENING}
      const before = bytesInUse();
      for (let index = 0; index < 2_000; index++) {
        const userAgent = Buffer.alloc(16_000, 'x' + index).toString();
        open({ sid: 's.' + index, device: userAgent.slice(0, 256) });
      }
      console.log(Math.round((bytesInUse() - before) / 2_000));
    `;
    expect(Number(run('--expose-gc', '--input-type=module', '--eval', script))).toBeLessThan(2_000);
  });

  it('has no timer, so the process can end', () => {
    const script = `
      ${OPENING}
      open();
      store.deny('s', 'jti', 60_000, Infinity);
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter((resource) => /Timeout|Immediate/.test(resource))));
    `;
    expect(run('--input-type=module', '--eval', script).trim()).toBe('[]');
  });
});
