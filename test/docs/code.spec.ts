import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = 'scripts/docs-code.mjs';

it('each marked block equals its file (npm run docs:code)', async () => {
  const { stdout } = await run(process.execPath, [SCRIPT, '--check']).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

describe('the script', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docs-code-'));
    mkdirSync(join(folder, 'docs/guide'), { recursive: true });
    writeFileSync(
      join(folder, 'app.ts'),
      'const a = 1;\n// #region two\nif (a) {\n  // why\n  go();\n}\n// #endregion\n',
    );
    writeFileSync(join(folder, 'README.md'), '# A\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const page = () => join(folder, 'docs/guide/page.md');
  const fill = async (text: string, ...args: string[]) => {
    writeFileSync(page(), text);
    await run(process.execPath, [SCRIPT, ...args, folder]);
    return readFileSync(page(), 'utf8');
  };

  it('copies a file without the comments of its regions', async () => {
    expect(await fill('# B\n\n<!-- file: app.ts -->\n\n```ts\nold\n```\n\nText.\n')).toBe(
      '# B\n\n<!-- file: app.ts -->\n\n```ts\nconst a = 1;\nif (a) {\n  // why\n  go();\n}\n```\n\nText.\n',
    );
  });

  it('copies a region, also in a list', async () => {
    expect(await fill('1. B\n\n   <!-- file: app.ts#two -->\n\n   ```ts\n   ```\n')).toBe(
      '1. B\n\n   <!-- file: app.ts#two -->\n\n   ```ts\n   if (a) {\n     // why\n     go();\n   }\n   ```\n',
    );
  });

  it('leaves other blocks', async () => {
    const text = '# B\n\n```ts\nother();\n```\n';
    expect(await fill(text)).toBe(text);
  });

  it('fails with --check if a page differs', async () => {
    await expect(fill('<!-- file: app.ts -->\n\n```ts\nold\n```\n', '--check')).rejects.toMatchObject({
      stdout: 'docs/guide/page.md differs from its files: run npm run docs:code\n',
    });
  });

  it.each([
    ['a region that does not exist', '<!-- file: app.ts#three -->\n\n```ts\n```\n', 'has no "#region three"'],
    ['a file that does not exist', '<!-- file: other.ts -->\n\n```ts\n```\n', 'ENOENT'],
    ['a comment without a block', '<!-- file: app.ts -->\n\nText.\n', 'only 0 stand before a block'],
  ])('fails for %s', async (_, text, message) => {
    await expect(fill(text)).rejects.toThrow(message);
  });
});
