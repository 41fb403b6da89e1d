// Refuses words and sentences that are hard to read, in comments, messages, names of tests and pages. CONTRIBUTING.md has the
// rules. It finds only what a list of words and a count can find; the rest is for the reviewer.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** The longest sentence, in words. Inline code is one word. */
const LONGEST_SENTENCE = 35;

/** A string with more words is a message. */
const SHORTEST_MESSAGE = 4;

/** Words that are refused, and what to write instead. */
const REFUSED = [
  [/\b(judges?|judged|judging)\b/i, 'check, decide'],
  [/\b(shelf|shelves)\b/i, 'store, table'],
  [/\bcarriers?\b/i, 'request, context'],
  [/\b(stamps?|stamped)\b/i, 'time, version'],
  [/\bkept\b/i, 'stored, cached'],
  [/\b(?<!\bin )places?\b/i, 'location, position'],
  [/\bgiven\b/i, 'passed, configured, or the name of the value'],
  [/\b(told|tells)\b/i, 'notified, returns'],
  [/\bbeside\b/i, 'with, next to, in addition to'],
  [/\bletters?\b/i, 'character'],
  [/\b(no|some|every|any)body\b/i, 'the user, the caller, the client'],
  [/\b(whoever|whomever)\b/i, 'the user, the caller, the client'],
  [/\bwhatever\b/i, 'every value, any'],
  [/\bof others\b/i, 'of another issuer'],
  [/\bas (\w+ ){1,3}(has|have) it\b/i, 'as in'],
  [/\bnone of ours\b/i, 'not signed by us'],
  [/\ball the same\b/i, 'still'],
  [/, for one(?=[.,;:)]|$)/i, 'for example'],
];

/** Uses of these words that are correct. */
const ALLOWED = [/\btakes? place\b/gi, /\bletters, digits\b/gi];

/** The files that are checked, as git matches them: an asterisk also matches folders. */
const FILES = [
  '*.md',
  'sample/public/*.html',
  'sample/public/*.js',
  'sample/src/*.ts',
  'examples/*.ts',
  'src/*.ts',
  'bench/*.mjs',
  'scripts/*.mjs',
  'test/*.ts',
];

/** This file and its test contain the refused words, and the benchmarks are generated. */
const SKIPPED = [
  'scripts/plain-english.mjs',
  'test/scripts/plain-english.spec.ts',
  'docs/operations/benchmarks.md',
  'docs/operations/benchmarks-appendix.md',
];

/** The faults of a text, each with its sentence. */
export function faultsOf(text) {
  return sentencesOf(text).flatMap((sentence) => {
    const prose = ALLOWED.reduce((rest, allowed) => rest.replace(allowed, ''), sentence);
    const faults = REFUSED.flatMap(([pattern, instead]) => {
      const found = pattern.exec(prose)?.[0];
      return found === undefined ? [] : [`"${found}" (write: ${instead})`];
    });
    const length = sentence.split(' ').filter((word) => /[\p{L}\d…]/u.test(word)).length;
    if (length > LONGEST_SENTENCE) faults.push(`${length} words (at most ${LONGEST_SENTENCE})`);
    return faults.map((fault) => ({ fault, sentence }));
  });
}

function sentencesOf(text) {
  const plain = text
    .replace(/`[^`\n]*`/g, '…')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/https?:\/\/\S+/g, '…');
  // A sentence ends with its full stop, with a blank line, and with an item or a cell of a list or table.
  return plain
    .split(/\n\s*\n|\n\s*(?=[-*#@|]|\d+\. )|\s\|\s|(?<=[.!?][)"”]?)\s+(?=\S)/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

/** The texts of a file: paragraphs of a page; comments, messages and names of tests of a script. */
export function textsOf(path, content) {
  return /\.(md|html)$/.test(path) ? paragraphsOf(content) : scriptTexts(path, content);
}

function paragraphsOf(page) {
  const withoutCode = page
    .replace(/^ *```.*?^ *```$/gms, blankLines)
    .replace(/<!--.*?-->/gs, blankLines)
    .replace(/<\/?[a-z][^>]*>/gi, blankLines);
  const paragraphs = [];
  let line = 1;
  for (const part of withoutCode.split(/(\n\s*\n)/)) {
    if (part.trim() !== '') paragraphs.push({ text: part, line });
    line += part.split('\n').length - 1;
  }
  return paragraphs;
}

function blankLines(text) {
  return text.replace(/[^\n]+/g, '');
}

function scriptTexts(path, content) {
  const file = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
  const isProse = path.startsWith('test/') ? isTestName : isMessage;
  const found = commentsOf(file);
  const visit = (node) => {
    // The lines of a string are items, such as the routes in a list.
    if (isString(node) && isProse(node)) {
      found.push({ text: stringText(node).replaceAll('\n', '\n\n'), position: node.getStart(file) });
    } else ts.forEachChild(node, visit);
  };
  visit(file);
  return found.map(({ text, position }) => ({ text, line: file.getLineAndCharacterOfPosition(position).line + 1 }));
}

/** A string, a template, or several of them with `+` between them. */
function isString(node) {
  if (ts.isBinaryExpression(node)) {
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken && (isString(node.left) || isString(node.right));
  }
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** The text of a string. Every other part of it is one word. */
function stringText(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isBinaryExpression(node)) return stringText(node.left) + stringText(node.right);
  if (!ts.isTemplateExpression(node)) return '…';
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

function isMessage(node) {
  return stringText(node).trim().split(/\s+/).length >= SHORTEST_MESSAGE;
}

function isTestName(node) {
  const { parent } = node;
  return ts.isCallExpression(parent) && parent.arguments[0] === node && /^(it|test|describe)\b/.test(parent.getText());
}

/** The comments of a file. The lines of a `//` comment are one text. */
function commentsOf(file) {
  const { text } = file;
  const ranges = new Map();
  const visit = (node) => {
    if (node.getChildCount(file) > 0) return node.getChildren(file).forEach(visit);
    const own = [ts.getLeadingCommentRanges(text, node.pos), ts.getTrailingCommentRanges(text, node.end)];
    for (const range of own.flat()) if (range !== undefined) ranges.set(range.pos, range);
  };
  visit(file);
  const comments = [];
  let last = null;
  for (const { pos, end, kind } of [...ranges.values()].sort((left, right) => left.pos - right.pos)) {
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    const words = isLine ? text.slice(pos + 2, end) : blockText(text.slice(pos + 2, end - 2));
    if (isLine && last?.isLine && /^\n[ \t]*$/.test(text.slice(last.end, pos))) {
      last.text += `\n${words}`;
      last.end = end;
    } else comments.push((last = { text: words, position: pos, end, isLine }));
  }
  return comments;
}

/** A block comment without its asterisks and without examples, which are code. */
function blockText(comment) {
  const body = comment.replace(/^\*/, '').replace(/^[ \t]*\* ?/gm, '');
  return body.replace(/@example\b.*?(?=\n@|$)/gs, '').replace(/```.*?```/gs, '');
}

/** The faults of all files, or of those whose path begins with one of `paths`. */
function faultsOfFiles(paths) {
  const files = execFileSync('git', ['ls-files', ...FILES], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const chosen = files.filter((path) => paths.length === 0 || paths.some((start) => path.startsWith(start)));
  return chosen
    .filter((path) => !SKIPPED.includes(path))
    .flatMap((path) =>
      textsOf(path, readFileSync(path, 'utf8')).flatMap(({ text, line }) =>
        faultsOf(text).map(({ fault, sentence }) => `${path}:${line}: ${fault}: ${sentence}`),
      ),
    );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const faults = faultsOfFiles(process.argv.slice(2));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
