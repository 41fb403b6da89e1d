import { spawnSync } from 'node:child_process';

/** Runs a key cache in its own process, without stop(). Returns the output of the process. */
function run(loader: string): string {
  const script = `
    import { loadSource } from './test/support/load-source.mjs';
    const { KeyCache } = await loadSource('jwks/key-cache.ts');
    const limits = { timeout: 60_000, cooldown: 60_000, maxAge: 60_000, maxStale: 60_000 };
    const cache = new KeyCache(${loader}, limits, (outcome) => console.log(Object.keys(outcome)[0]));
    cache.start();
  `;
  const options = { encoding: 'utf8', timeout: 50_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], options);
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return stdout.trim();
}

describe('a process ends by itself, without stop()', () => {
  it.each([
    ['the next refresh', 'async () => ({ keys: {}, maxAge: null })', 'keys'],
    ['the next attempt after a failure', "async () => { throw new Error('away'); }", 'failure'],
    ['the deadline of an attempt that hangs', '() => new Promise(() => undefined)', ''],
  ])('%s', (_, loader, printed) => {
    expect(run(loader)).toBe(printed);
  });
});
