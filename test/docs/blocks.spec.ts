import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { writeBlocks } from './example-project.js';
import { codeBlocksOf, PAGES, readPage } from './page.js';

/** A comment in the first line of a page names the spec that follows the whole page. */
const FOLLOWED = /^<!-- test: (\S+) -->\n/;

/** The pages whose blocks are compiled here. A spec follows each block of the others. */
const compiled = PAGES.filter((page) => !FOLLOWED.test(readFileSync(page, 'utf8')));

/** The errors of TypeScript in all pages, with the strict settings of this repository. One program needs less time. */
function diagnosticsOf(folder: string): string[] {
  const files = compiled.flatMap((page) => {
    const name = page.replace(/\W+/g, '-');
    return writeBlocks(join(folder, name), readPage(page).blocks).map((file) => `${name}/${file}`);
  });
  const config = { extends: '../../tsconfig.json', files, include: [] };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  return ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options)).map(({ file, start, messageText }) => {
    const line = file === undefined ? '' : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${file?.fileName.replace(folder, '')}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

describe('the TypeScript of all pages', () => {
  let folder: string;
  beforeAll(() => {
    mkdirSync('artifacts', { recursive: true });
    folder = mkdtempSync(resolve('artifacts/docs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('compiles', () => {
    expect(diagnosticsOf(folder)).toEqual([]);
  });
});

/** The spec that a comment names must read the page. */
function readsPage(spec: string, page: string): boolean {
  return existsSync(spec) && readFileSync(spec, 'utf8').includes(page);
}

describe('each block', () => {
  const unchecked = (page: string) => {
    const { text, blocks } = readPage(page);
    const whole = FOLLOWED.exec(text)?.[1];
    if (whole !== undefined) return readsPage(whole, page) ? [] : [`${whole} does not read ${page}`];
    return blocks.flatMap(({ language, code, marker }) => {
      // test/docs/code.spec.ts compares it with its file.
      if (marker?.kind === 'file') return [];
      if (marker === undefined && language === 'ts') return [];
      if (marker?.kind === 'test' && readsPage(marker.path, page)) return [];
      return [`\`\`\`${language}\n${code}`];
    });
  };

  it.each(PAGES)('of %s is the copy of a file, or compiled, or followed by a spec', (page) => {
    expect(unchecked(page)).toEqual([]);
  });

  it.each(PAGES)('of %s ends', (page) => {
    const { text, blocks } = readPage(page);
    expect(blocks).toHaveLength([...text.matchAll(/^ *```/gm)].length / 2);
  });
});

describe('the reader of blocks', () => {
  it('finds the marker before a block', () => {
    expect(codeBlocksOf('<!-- test: a.ts -->\n\n```sh\nnpm ci\n```\n')).toEqual([
      { language: 'sh', code: 'npm ci\n', marker: { kind: 'test', path: 'a.ts' } },
    ]);
  });

  it('ignores a marker before another paragraph', () => {
    expect(codeBlocksOf('<!-- test: a.ts -->\n\ntext\n\n```sh\nnpm ci\n```\n')[0]).toMatchObject({ marker: undefined });
  });

  it('removes the indentation of a list', () => {
    expect(codeBlocksOf('1. a\n\n   ```ts\n   if (a) {\n     b();\n   }\n   ```\n')[0]?.code).toBe(
      'if (a) {\n  b();\n}\n',
    );
  });
});
