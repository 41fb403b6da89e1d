// Refuses words and sentences that are hard to read in comments, messages, test names and pages (CONTRIBUTING.md, "Prose").
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** The longest sentence, in words. Inline code is one word. */
const LONGEST = 35;

/** The words that the field does not use, with the words to write instead. */
const WORDS = [
  [/\b(judges?|judged|judging)\b/i, 'check, decide'],
  [/\b(shelf|shelves)\b/i, 'store, table'],
  [/\bcarriers?\b/i, 'request, context'],
  [/\b(stamps?|stamped)\b/i, 'time, version'],
  [/\bkept\b/i, 'stored, cached'],
  [/\b(?<!\bin )(place|places)\b/i, 'location, position'],
  [/\bgiven\b/i, 'the name of the value, passed, option'],
  [/\b(told|tells)\b/i, 'notified, returns'],
  [/\bbeside\b/i, 'with, next to, in addition to'],
  [/\bletters?\b/i, 'character'],
  [/\b(nobody|somebody|everybody|anybody|whoever|whomever|whatever)\b/i, 'the user, the caller, the store, each value'],
  [/\bof others\b/i, 'of another issuer'],
  [/\bas \w+ (has|have) it\b/i, 'as in'],
  [/\bnone of ours\b/i, 'not signed by us'],
  [/\ball the same\b/i, 'still'],
  [/, for one\b/i, 'for example'],
];

/** Correct uses of these words. */
const ALLOWED = [/takes? place/i, /letters, digits/i];

/** The faults of one text: its sentences are checked one by one. */
export function faultsOf(text) {
  return sentencesOf(text).flatMap((sentence) => {
    const prose = ALLOWED.reduce((rest, allowed) => rest.replace(allowed, ''), sentence);
    const words = WORDS.flatMap(([pattern, instead]) => {
      const found = pattern.exec(prose)?.[0];
      return found === undefined ? [] : [`"${found}" (write: ${instead})`];
    });
    const length = sentence.split(/\s+/).filter((word) => /\w|…/.test(word)).length;
    const long = length > LONGEST ? [`a sentence of ${length} words (at most ${LONGEST})`] : [];
    return [...words, ...long].map((fault) => ({ fault, sentence }));
  });
}

function sentencesOf(text) {
  const plain = text
    .replace(/```.*?```/gs, '\n\n')
    .replace(/`[^`\n]*`/g, '…')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/https?:\/\/\S+/g, '…')
    .replace(/\b(e\.g|i\.e|etc|vs|s)\.(?=\s)/g, '$1');
  return plain
    .split(/\n\s*\n|\n\s*(?=[-*|#@]|\d+\.\s)|\s*\|\s*|(?<=[.!?…)"'’”:])\n(?=@)|(?<=[.!?][)"”]?)\s+(?=\S)/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

/** The prose of a file, each text with its line. */
export function textsOf(path, content) {
  if (/\.(md|html)$/.test(path)) return [{ text: content, line: 1 }];
  return scriptTexts(path, content);
}

function scriptTexts(path, content) {
  const file = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
  const texts = commentsOf(file);
  const isTest = /^test\/.*\.ts$/.test(path);
  const visit = (node) => {
    const text = isTest ? testName(node) : message(node);
    if (text !== undefined) texts.push({ text, position: node.getStart(file) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts.map(({ text, position }) => ({
    text,
    line: file.getLineAndCharacterOfPosition(position).line + 1,
  }));
}

function commentsOf(file) {
  const { text } = file;
  const found = new Map();
  const visit = (node) => {
    if (node.getChildCount(file) > 0) return node.getChildren(file).forEach(visit);
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of ranges) found.set(pos, end);
  };
  visit(file);
  const ordered = [...found].sort(([left], [right]) => left - right);
  return joined(
    ordered.map(([pos, end]) => ({ raw: text.slice(pos, end), position: pos, end })),
    text,
  );
}

/** Joins the lines of a `//` comment to one text. */
function joined(comments, text) {
  const texts = [];
  let last = null;
  for (const { raw, position, end } of comments) {
    const isLine = raw.startsWith('//');
    const words = isLine ? raw.slice(2) : withoutStars(raw);
    if (isLine && last?.isLine && /^\n[ \t]*$/.test(text.slice(last.end, position))) {
      last.text += `\n${words}`;
      last.end = end;
    } else texts.push((last = { text: words, position, end, isLine }));
  }
  return texts;
}

function withoutStars(comment) {
  const body = comment
    .slice(2, -2)
    .replace(/^\*/, '')
    .replace(/^\s*\* ?/gm, '');
  // Examples are code.
  return body.replace(/@example\b.*?(?=\n@|$)/gs, '');
}

function testName(node) {
  if (!ts.isCallExpression(node)) return undefined;
  const [name] = node.arguments;
  const root = /^(it|test|describe)\b/.test(node.expression.getText());
  return root && name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined;
}

/** A string of several words is a message. */
function message(node) {
  const isString = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return isString && node.text.trim().split(/\s+/).length > 3 ? node.text : undefined;
}

const PAGES = ['*.md', 'docs/*.md', 'test/**/*.md'];
const SCRIPTS = [
  'src/**/*.ts',
  'sample/**/*.ts',
  'sample/public/*.js',
  'bench/**/*.mjs',
  'scripts/*.mjs',
  'test/**/*.ts',
];

function main() {
  const files = execFileSync('git', ['ls-files', ...PAGES, ...SCRIPTS], { encoding: 'utf8' })
    .trim()
    .split('\n');
  let count = 0;
  const only = process.argv.slice(2);
  for (const path of files) {
    if (only.length > 0 && !only.some((start) => path.startsWith(start))) continue;
    for (const { text, line } of textsOf(path, readFileSync(path, 'utf8'))) {
      for (const { fault, sentence } of faultsOf(text)) {
        count++;
        console.error(`${path}:${line}: ${fault}: ${sentence}`);
      }
    }
  }
  if (count > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
