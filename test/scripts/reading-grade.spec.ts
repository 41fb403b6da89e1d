import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Measure {
  readonly HIGHEST_GRADE: number;
  readingGrade(markdown: string): number;
  sentencesOf(markdown: string): string[];
  syllablesOf(word: string): number;
}

const { HIGHEST_GRADE, readingGrade, sentencesOf, syllablesOf } = (await import(
  new URL('../../scripts/reading-grade.mjs', import.meta.url).href
)) as Measure;

describe('the reading grade', () => {
  it.each([
    ['the', 1],
    ['token', 2],
    ['used', 1],
    ['refused', 2],
    ['refuses', 3],
    ['rotated', 3],
    ['changes', 2],
    ['table', 2],
    ['session', 2],
    ['identity', 4],
    ['authentication', 5],
  ])('counts the syllables of %s', (word, count) => {
    expect(syllablesOf(word)).toBe(count);
  });

  it('follows the formula of Flesch and Kincaid', () => {
    // Five words with eight syllables in one sentence: 0.39 * 5 + 11.8 * 8 / 5 - 15.59.
    expect(readingGrade('The guard refuses the token.')).toBe(5.2);
  });

  it('counts prose only', () => {
    const page = [
      '# Unquestionably sophisticated terminology',
      'The guard checks the [token](https://example.com/a). Then `createAccessToken()` runs.',
      '- One item of it',
      '- Two items of it',
      '| a table | of words |',
      '```ts\nconst unquestionable = sophistication();\n```',
      '<!-- file: examples/08-basic-usage/main.ts -->',
    ].join('\n\n');
    expect(sentencesOf(page).map((sentence) => sentence.trim())).toEqual([
      'The guard checks the [token].',
      'Then code runs.',
      '- One item of it',
      '- Two items of it',
    ]);
  });

  it('is higher for longer sentences and for longer words', () => {
    const easy = readingGrade('The store ends the session. The guard then refuses its tokens.');
    expect(readingGrade('The store ends the session and the guard then refuses its tokens.')).toBeGreaterThan(easy);
    expect(
      readingGrade('The repository terminates the session. The authenticator subsequently repudiates it.'),
    ).toBeGreaterThan(easy);
  });
});

describe('the pages', () => {
  /** Scripts write these from data or from the sources. */
  const generated = /^docs\/(reference\/api\/|.*benchmarks|.*transports\.md|.*differences\.md)/;
  const pages = execFileSync('git', ['ls-files', 'README.md', 'docs/*.md'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((page) => !generated.test(page));

  it.each(pages)('%s is easier to read than pages of MDN', (page) => {
    expect(readingGrade(readFileSync(page, 'utf8'))).toBeLessThanOrEqual(HIGHEST_GRADE);
  });
});
