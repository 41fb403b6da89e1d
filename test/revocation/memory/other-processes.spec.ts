import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

function problems(env: Record<string, string>): string[] {
  const { NODE_APP_INSTANCE: _unset, ...inherited } = process.env;
  const options = { encoding: 'utf8', timeout: 60_000, env: { ...inherited, ...env } } as const;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join('test', 'revocation', 'memory', 'print-problems.mjs')],
    options,
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

const CURE = /Use RedisRevocationStore or SqlRevocationStore\.$/;

describe('MemoryRevocationStore, in one of several processes', () => {
  it.each([
    ['in a worker of a cluster', { IN_CLUSTER: '1' }, /^This process is a worker of a cluster\. /],
    ['in a further instance of PM2', { NODE_APP_INSTANCE: '1' }, /^PM2 runs several instances of this application\. /],
  ])('warns %s', (_name, env, message) => {
    expect(problems(env)).toEqual([expect.stringMatching(message)]);
    expect(problems(env)).toEqual([expect.stringMatching(CURE)]);
  });

  it.each([
    ['in a process of its own', {}],
    ['in the only instance of PM2', { NODE_APP_INSTANCE: '0' }],
    ['with a value that is no number', { NODE_APP_INSTANCE: 'web' }],
  ])('does not warn %s', (_name, env) => {
    expect(problems(env)).toEqual([]);
  });
});
