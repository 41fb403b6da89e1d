// The reading grade of a page: the years of school that a reader needs, by the formula of Flesch and Kincaid. Code blocks,
// tables and headings do not count. `node scripts/reading-grade.mjs PAGES` prints the grades, and fails above the limit.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * The highest grade of a page. The first sections of MDN's guides to HTTP authentication, cookies and sessions have the grades
 * 11.1, 10.4 and 8.5 with this measure. So the hardest page here is easier than the easiest of these three.
 */
export const HIGHEST_GRADE = 8;

/** A word in place of inline code and of addresses, so that their length does not count. */
const CODE = 'code';

/** The grade of a text in Markdown, with one decimal. */
export function readingGrade(markdown) {
  const sentences = sentencesOf(markdown);
  const words = sentences.flatMap(wordsOf);
  if (words.length === 0) return 0;
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const grade = 0.39 * (words.length / sentences.length) + 11.8 * (syllables / words.length) - 15.59;
  return Math.round(grade * 10) / 10;
}

/** The sentences of the paragraphs and lists. An item of a list is at least one sentence. */
export function sentencesOf(markdown) {
  const prose = markdown
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/^ *(```+|~~~+).*?^ *\1 *$/gms, '\n')
    .replace(/<!--.*?-->/gs, '\n')
    .replace(/^ *\|.*$/gm, '\n')
    .replace(/^#.*$/gm, '\n')
    .replace(/^ *:::.*$/gm, '\n')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/`[^`\n]+`/g, CODE)
    .replace(/https?:\/\/\S+/g, CODE)
    .replace(/^ *>/gm, '');
  return prose
    .split(/\n\s*\n|\n\s*(?=[-*] |\d+\. )|(?<=[.!?:][)"”*_]*)\s+(?=["“(*_[]*[A-Zc])/)
    .filter((sentence) => wordsOf(sentence).length > 1);
}

function wordsOf(sentence) {
  return sentence.match(/\p{L}[\p{L}\p{N}'’]*|\p{N}[\p{N}.,]*/gu) ?? [];
}

/** An estimate by the groups of vowels. A final "e" is silent, and so is that of "-es" and "-ed" after most consonants. */
export function syllablesOf(word) {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  if (letters.length <= 3) return 1;
  const spoken = letters
    .replace(/(?<=[^aeiouy])le$/, 'el')
    .replace(/(?<=[^aeiouytd])ed$/, 'd')
    .replace(/(?<![sxzcg]|sh|ch)es$/, 's')
    .replace(/e$/, '');
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const page of process.argv.slice(2)) {
    const grade = readingGrade(readFileSync(page, 'utf8'));
    console.log(`${grade.toFixed(1).padStart(5)}  ${page}`);
    if (grade > HIGHEST_GRADE) process.exitCode = 1;
  }
}
