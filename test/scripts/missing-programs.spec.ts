import { spawnSync } from 'node:child_process';

/** Runs a spec that needs Redis, with an empty PATH. */
function runWithoutPrograms(env: NodeJS.ProcessEnv) {
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--runInBand'];
  const options = { encoding: 'utf8', env: { PATH: '/nonexistent', HOME: process.env.HOME, ...env } } as const;
  return spawnSync(process.execPath, [...jest, 'test/revocation/redis/keys'], options);
}

describe('Tests that need a missing program', () => {
  it('are skipped, and the end of the run has the command that installs it', () => {
    const { status, stderr } = runWithoutPrograms({});
    expect(stderr).toMatch(/^\d+ tests skipped: install it with apt-get install redis-server$/m);
    expect(status).toBe(0);
  });

  it('fail if CI is "true"', () => {
    const { status, stderr } = runWithoutPrograms({ CI: 'true' });
    expect(stderr).toContain('A program is missing: install it with apt-get install redis-server');
    expect(status).toBe(1);
  });
});
