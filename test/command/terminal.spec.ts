import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { forge } from '../support/forge.js';
import { debianProgram, describeWithProgram } from '../support/programs.js';
import { InstalledCommand } from './installed-command.js';

const token = forge({ sub: 'ada' });

let project: InstalledCommand;
beforeAll(async () => {
  project = await InstalledCommand.make();
});
afterAll(() => project.remove());

describe('the process of the command', () => {
  it('has the exit codes 0, 1 and 2, and writes results to stdout and notices to stderr', async () => {
    project.write('token.txt', token);
    const done = await project.run('npx nestjs-jwt-extended inspect - < token.txt');
    expect({ code: done.code, ...JSON.parse(done.stdout) }).toMatchObject({ code: 0, payload: { sub: 'ada' } });
    expect(done.stderr).toContain('NOT verified');
    expect(await project.run('npx nestjs-jwt-extended inspect < /dev/null')).toMatchObject({ code: 1, stdout: '' });
    expect(await project.run('npx nestjs-jwt-extended inspect --verify')).toMatchObject({ code: 2, stdout: '' });
  });

  it('writes all of a long result into a pipe', async () => {
    project.write('long.txt', forge({ long: 'x'.repeat(300_000) }));
    const { stdout } = await project.run('npx nestjs-jwt-extended inspect --file long.txt | wc -c');
    expect(Number(stdout)).toBeGreaterThan(300_000);
  });
});

/** `script` runs a command on a terminal, and prints what the terminal shows. */
describeWithProgram(debianProgram('script', 'bsdutils'), 'on a terminal', () => {
  async function typed(keys: string): Promise<{ code: number; shown: string }> {
    const script = spawn('script', ['-qec', 'node_modules/.bin/nestjs-jwt-extended inspect', '/dev/null'], {
      cwd: project.folder,
    });
    let shown = '';
    script.stdout.setEncoding('utf8').on('data', (text: string) => {
      // The keys arrive when the command waits for them, as those of a user do.
      if (!shown.includes('It is not shown.') && (shown + text).includes('It is not shown.')) script.stdin.write(keys);
      shown += text;
    });
    const [code] = (await once(script, 'close')) as [number];
    return { code, shown };
  }

  it('a token is pasted and not shown, however long it is', async () => {
    const long = forge({ sub: 'ada', text: 'x'.repeat(6000) });
    const { code, shown } = await typed(`${long}\r`);
    expect(code).toBe(0);
    expect(shown).toContain('"sub": "ada"');
    expect(shown).not.toContain(long.slice(0, 20));
    expect(shown).not.toContain(long.slice(-20));
  });

  it('Ctrl+D ends the command without a token', async () => {
    expect(await typed('\u0004')).toMatchObject({ code: 1, shown: expect.stringContaining('No token was entered.') });
  });
});
