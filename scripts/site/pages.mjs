import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';

/** The pages outside docs, and their paths on the site. */
const OTHER_PAGES = {
  'README.md': 'index.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security.md',
  'examples/README.md': 'examples/index.md',
};

/** The pages that were written, with their title and their first paragraph. The copies of source files are no pages. */
export function readPages(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.md') && !path.startsWith('source/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), 'utf8');
      return { path, text, title: titleOf(text), summary: summaryOf(text) };
    });
}

export function titleOf(text) {
  const heading = /^# (.+)$/m.exec(text)?.[1] ?? '';
  return plain(heading);
}

function summaryOf(text) {
  const paragraphs = text
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/<!--.*?-->/gs, '')
    .replace(/^# .+$/m, '')
    .split(/\n\s*\n/)
    .map((part) => part.trim());
  return plain(paragraphs.find((part) => /^[A-Z`[*]/.test(part)) ?? '').replace(/\s+/g, ' ');
}

function plain(markdown) {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*\\]/g, '');
}

/** Writes the pages of the repository to `target`. Links to other files lead to a page that shows the file. */
export function writePages(root, target) {
  const sources = new Set();
  for (const [from, to] of pathsOf(root)) {
    const text = readFileSync(join(root, from), 'utf8');
    if (from.endsWith('.md')) write(join(target, to), withLinks(root, from, to, text, sources));
    else copy(join(root, from), join(target, to));
  }
  for (const file of sources) write(join(target, 'source', `${file}.md`), sourcePage(root, file));
}

/** The pages and pictures of the site: the path in the repository, and the path on the site. */
function pathsOf(root) {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true })
    .filter((path) => /\.(md|svg|png)$/.test(path) && !path.startsWith('.vitepress'))
    .map((path) => [`docs/${path}`, path]);
  const others = Object.entries(OTHER_PAGES).filter(([, to]) => !inDocs.some(([, path]) => path === to));
  return new Map([...inDocs, ...others]);
}

function withLinks(root, from, to, text, sources) {
  const paths = pathsOf(root);
  const linked = (target) => {
    if (/^([a-z]+:|#)/.test(target)) return target;
    const [path, anchor] = target.split('#');
    const file = posix.normalize(posix.join(posix.dirname(from), path)).replace(/\/$/, '');
    const page = paths.get(file) ?? (file === 'README.md' ? 'index.md' : undefined) ?? sourceOf(root, file, sources);
    const relative = posix.relative(posix.dirname(to), page);
    return `${relative.startsWith('.') ? '' : './'}${relative}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  return text.replace(/^( *)```.*?^\1```$|`[^`\n]+`|(?<=\]\()([^)\s]+)(?=\))/gms, (all, _, target) =>
    target === undefined ? all : linked(target),
  );
}

/** The path of the page that shows a file. */
function sourceOf(root, file, sources) {
  if (!existsSync(join(root, file)) || statSync(join(root, file)).isDirectory()) {
    throw new Error(`A page links to ${file}, which is no file`);
  }
  sources.add(file);
  return `source/${file}.md`;
}

function sourcePage(root, file) {
  const language = extname(file).slice(1) || 'text';
  const code = readFileSync(join(root, file), 'utf8').trimEnd();
  // The search does not find copies of files.
  return `---\nsearch: false\naside: false\n---\n\n# ${file}\n\n\`\`\`\`${language}\n${code}\n\`\`\`\`\n`;
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  // An unchanged page must not reload in the browser.
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
