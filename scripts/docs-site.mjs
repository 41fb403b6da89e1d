// The site of the documentation: `build` writes artifacts/site/dist, `dev` serves it and follows changes of the pages.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vitepress';
import { writeApi } from './site/api.mjs';
import { writeLlms } from './site/llms.mjs';
import { readPages, writePages } from './site/pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const docs = join(root, 'docs');
const site = join(root, 'artifacts/site');
const inputs = ['docs', 'examples', 'src', 'scripts', 'package-lock.json', '*.md', 'test/*.spec.ts'];

/** A hash of every file that decides about the site. */
function fingerprint() {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...inputs];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0');
  const hash = createHash('sha256');
  for (const file of files.filter((name) => name !== '' && existsSync(join(root, name))).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Writes the pages that VitePress reads. */
async function stage() {
  rmSync(join(site, 'pages'), { recursive: true, force: true });
  mkdirSync(join(site, 'pages'), { recursive: true });
  await writeApi(root, join(site, 'pages/reference/api'));
  writePages(root, join(site, 'pages'));
}

async function buildSite() {
  const built = join(site, 'dist');
  const mark = join(site, 'fingerprint');
  const current = fingerprint();
  if (existsSync(built) && existsSync(mark) && readFileSync(mark, 'utf8') === current) return;
  rmSync(mark, { force: true });
  await stage();
  await build(docs);
  writeLlms(readPages(join(site, 'pages')), built);
  writeFileSync(mark, current);
}

async function serve(port) {
  await stage();
  const server = await createServer(docs, { port });
  await server.listen();
  server.printUrls();
  const changed = () => writePages(root, join(site, 'pages'));
  for (const folder of [docs, join(root, 'examples')]) {
    watch(folder, { recursive: true }, (_, name) => {
      if (name !== null && /\.(md|ts|svg)$/.test(name) && !dirname(name).startsWith('.vitepress')) changed();
    });
  }
}

const { values, positionals } = parseArgs({ options: { port: { type: 'string' } }, allowPositionals: true });
if (positionals[0] === 'build') await buildSite();
else await serve(values.port === undefined ? undefined : Number(values.port));
