import { Folder } from './in-process.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const COMMANDS = ['secret', 'keys generate', 'keys rotate', 'inspect', 'access'];

describe('the command line', () => {
  it.each(COMMANDS)('explains %s', async (words) => {
    for (const args of [['--help'], ['-h'], ['anything', '--help']]) {
      const { code, stdout, stderr } = await folder.run([...words.split(' '), ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: npx nestjs-jwt-extended ${words}`);
    }
  });

  it('lists all commands and the exit codes', async () => {
    const { code, stdout } = await folder.run(['--help']);
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}(\S+(?: \S+)?) {2,}\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(COMMANDS);
    expect(stdout).toContain('Exit codes: 0 done, 1 refused, 2 wrong arguments.');
  });

  it.each([[[]], [['unknown']], [['keys']], [['keys', 'list']], [['toString']], [['constructor']]])(
    'has the exit code 2 and shows the list for %j',
    async (args) => {
      const { code, stdout, stderr } = await folder.run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: npx nestjs-jwt-extended <command>');
    },
  );
});
