import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Cost {
  readonly open: number;
  readonly bytes: { readonly sameToken: number; readonly ownToken: number };
  readonly timersAtRest: number;
  readonly timersAfterClose: number;
  readonly processor: number;
  readonly active: readonly string[];
}

describe('10,000 open connections', () => {
  const script = join('test', 'cost', 'idle-connections.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  const cost = JSON.parse(stdout) as Cost;

  it('take less than 1 KB each, and less than 400 bytes with one token', () => {
    expect(cost.open).toBe(10_000);
    expect(cost.bytes.ownToken).toBeLessThan(800);
    expect(cost.bytes.sameToken).toBeLessThan(400);
  });

  it('have one timer, and none after the application has closed', () => {
    expect(cost).toMatchObject({ timersAtRest: 1, timersAfterClose: 0, active: [] });
  });

  it('use less than 1 % of a processor at rest', () => {
    expect(cost.processor).toBeLessThan(0.01);
  });
});
