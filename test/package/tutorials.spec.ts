import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedTarball } from './packed.js';
import { Reader, stepsOf, type Step } from './tutorial.js';

/** The second tutorial continues in the folder of the first one. */
const PAGES = ['docs/tutorials/first-api.md', 'docs/tutorials/sessions-that-survive.md'];

/** The registry has no version with the changes of this repository, so the test installs the packed one instead. */
const withPackage = (command: string) =>
  command.startsWith('npm install ') ? command.replace(/(?<= )nestjs-jwt-extended(?= |$)/, packedTarball) : command;

const titleOf = (step: Step) => {
  if (step.kind === 'run' || step.kind === 'start') return step.command;
  return step.kind === 'printed' ? step.text : `write ${step.path}`;
};

describe('a reader who does every step of the tutorials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
  const reader = new Reader(folder, withPackage);
  afterAll(async () => {
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(PAGES)('%s', (page) => {
    const steps = stepsOf(readFileSync(page, 'utf8'));
    // After a step that fails, the others would only hide its fault.
    let hasFailed = false;

    it.each(steps.map((step, index) => [index + 1, titleOf(step), step] as const))('step %d: %s', async (...row) => {
      if (hasFailed) throw new Error('An earlier step has failed.');
      hasFailed = true;
      await reader.follow(row[2]);
      hasFailed = false;
    });
  });
});

describe('the reader', () => {
  it('notices an answer that differs, a command that fails, and a line that was not printed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reader-'));
    const reader = new Reader(folder, (command) => command);
    try {
      await reader.follow({ kind: 'run', command: 'WORD=hello', answer: '' });
      await reader.follow({ kind: 'run', command: 'echo $WORD', answer: 'hello' });
      await expect(reader.follow({ kind: 'run', command: 'echo $WORD', answer: 'bye' })).rejects.toThrow('shown:  bye');
      await expect(reader.follow({ kind: 'run', command: 'false', answer: '' })).rejects.toThrow('status 1');
      await reader.follow({ kind: 'write', path: 'server.log', code: 'started', isAddition: false });
      await expect(reader.follow({ kind: 'printed', text: 'stolen' })).rejects.toThrow('has not printed');
    } finally {
      await reader.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a block that names no file', () => {
    expect(() => stepsOf('Some code\n\n```ts\na();\n```\n')).toThrow('names no file');
  });
});
