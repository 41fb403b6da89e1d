interface Checker {
  faultsOf(text: string): readonly { fault: string; sentence: string }[];
  textsOf(path: string, content: string): readonly { text: string; line: number }[];
}

const { faultsOf, textsOf } = (await import(
  new URL('../../scripts/plain-english.mjs', import.meta.url).href
)) as Checker;

const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

describe('a sentence', () => {
  it.each([
    'Whatever a constructor returns is what the fields of a class are added to.',
    'Nobody refuses the token.',
    'The order is as the call has it.',
    'A token of others is refused.',
    'The guard judges the token.',
    'Returns all the same.',
    'Write a duration, for one.',
    `${words(36)}.`,
  ])('is refused: %s', (text) => {
    expect(faultsOf(text)).toEqual([{ fault: expect.any(String), sentence: text }]);
  });

  it.each([
    'The guard refuses the token.',
    'Sorts the list in place.',
    'The check takes place at the start.',
    'The property `given` is code, and so is `nobody`.',
    `${words(20)}. ${words(20)}.`,
    `- ${words(20)}\n- ${words(20)}`,
    `| ${words(20)} | ${words(20)} |`,
    `${words(34)} ${'`a lot of code in one span`'}`,
  ])('is accepted: %s', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });
});

describe('the texts', () => {
  const textsIn = (path: string, content: string) =>
    textsOf(path, content).map(({ text, line }) => [line, text.trim()]);

  it('of a file in src are its comments and messages', () => {
    const content = [
      "import { given } from './given.js';",
      '/** Reads a key. */',
      'const kept = given;',
      '// The first line.',
      '// The second line.',
      "throw new Error(`The ${kept} of ` + 'the token is wrong');",
    ];
    expect(textsIn('src/file.ts', content.join('\n'))).toEqual([
      [2, 'Reads a key.'],
      [4, 'The first line.\n The second line.'],
      [6, 'The … of the token is wrong'],
    ]);
  });

  it('of a test are its comments and names', () => {
    const content = "// Why.\nit.each([1])('takes %d', () => {\n  expect('some text of four words').toBe('');\n});";
    expect(textsIn('test/unit/file.spec.ts', content)).toEqual([
      [1, 'Why.'],
      [2, 'takes %d'],
    ]);
  });

  it('of a doc comment end before an example', () => {
    expect(textsIn('src/file.ts', '/**\n * Reads.\n * @example\n * read(given)\n */\nconst a = 1;')).toEqual([
      [1, 'Reads.'],
    ]);
  });

  it('of a page are its paragraphs without code', () => {
    const page = '# Title\n\nA text\nof two lines.\n\n```ts\nconst given = 1;\n\n```\n\nThe end.';
    expect(textsIn('docs/page.md', page)).toEqual([
      [1, '# Title'],
      [3, 'A text\nof two lines.'],
      [11, 'The end.'],
    ]);
  });
});
