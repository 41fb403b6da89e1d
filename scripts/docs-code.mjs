// Fills the code blocks of the pages from files. A comment before a block names the file, and a region if it is a part of one:
//
//   <!-- file: examples/08-basic-usage/main.ts -->
//   <!-- file: examples/08-basic-usage/main.ts#log-in -->
//
// In the file, a region stands between `// #region log-in` and `// #endregion`. With --check, the script writes no page, lists
// the pages that differ, and fails.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as prettier from 'prettier';

const MARKED = /^( *)<!-- file: (\S+?)(?: ?#(\S+))? -->\n\n?( *)```(\w*)\n(.*?)^\4```$/gms;
const REGION = /^[ \t]*(?:\/\/|#|<!--) ?#(region|endregion)\b *([\w-]*).*$/;

/** The page with each marked block replaced by its file. `read` returns the text of a file. */
export async function filled(page, text, read) {
  const wanted = [...text.matchAll(/<!-- file: /g)].length;
  const found = [...text.matchAll(MARKED)].length;
  if (wanted !== found)
    throw new Error(`${page} has ${wanted} comments "file:", and only ${found} stand before a block`);
  const withCode = text.replace(MARKED, (_, outer, path, region, indent) => {
    const code = codeOf(path, region, read(path)).replace(/^(?=.)/gm, indent);
    const name = region === undefined ? path : `${path}#${region}`;
    return `${outer}<!-- file: ${name} -->\n\n${indent}\`\`\`${extname(path).slice(1)}\n${code}${indent}\`\`\``;
  });
  return found === 0 ? text : prettier.format(withCode, { ...(await prettier.resolveConfig(page)), filepath: page });
}

/** The text of a file without the comments of its regions, or one of its regions. */
function codeOf(path, region, text) {
  const lines = text.trimEnd().split('\n');
  if (region === undefined) return `${lines.filter((line) => !REGION.test(line)).join('\n')}\n`;
  const begin = lines.findIndex((line) => REGION.exec(line)?.[2] === region);
  if (begin === -1) throw new Error(`${path} has no "#region ${region}"`);
  const length = lines.slice(begin + 1).findIndex((line) => REGION.exec(line)?.[1] === 'endregion');
  if (length === -1) throw new Error(`${path} does not end "#region ${region}"`);
  return `${dedented(lines.slice(begin + 1, begin + 1 + length)).join('\n')}\n`;
}

function dedented(lines) {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)[0].length);
  return lines.map((line) => line.slice(Math.min(...depths)));
}

function pagesUnder(folder) {
  const docs = readdirSync(join(folder, 'docs'), { recursive: true })
    .filter((name) => name.endsWith('.md') && !name.includes('.vitepress'))
    .map((name) => join('docs', name));
  return ['README.md', ...docs.sort()];
}

async function main(isCheck, folder) {
  const read = (path) => readFileSync(join(folder, path), 'utf8');
  for (const page of pagesUnder(folder)) {
    const text = read(page);
    const expected = await filled(page, text, read);
    if (text === expected) continue;
    console.log(isCheck ? `${page} differs from its files: run npm run docs:code` : `wrote ${page}`);
    if (isCheck) process.exitCode = 1;
    else writeFileSync(join(folder, page), expected);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2);
  await main(args.includes('--check'), args.find((arg) => !arg.startsWith('--')) ?? '.');
}
