// What an installation adds to an application that has Nest and @nestjs/jwt: files of the package and what it needs.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { counted } from '../harness/statistics.mjs';
import { entryFile } from '../library.mjs';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const THERE_ANYWAY = ['@nestjs/common', '@nestjs/core', '@nestjs/jwt', 'reflect-metadata', 'rxjs'];

const OTHERS = {
  '@nestjs/passport, passport, passport-jwt': ['@nestjs/passport', 'passport', 'passport-jwt'],
  '@fastify/jwt': ['@fastify/jwt'],
  'fast-jwt': ['fast-jwt'],
  jose: ['jose'],
};

export async function run() {
  const anyway = closure(THERE_ANYWAY);
  const needed = closure(Object.keys(manifest.dependencies ?? {}), anyway);
  const rows = [row('nestjs-jwt-extended', needed, sizeOf(distFolder()))];
  for (const [name, packages] of Object.entries(OTHERS)) rows.push(row(name, closure(packages, anyway), 0));
  return [{ title: 'installed, beyond Nest and @nestjs/jwt', columns: ['packages', 'size'], rows }];
}

function row(name, folders, own) {
  const bytes = [...folders].reduce((sum, folder) => sum + sizeOf(folder), own);
  const packages = folders.size + (own > 0 ? 1 : 0);
  return { name, cells: { packages: counted(packages, ''), size: counted(bytes / 1024, 'KiB') } };
}

/** Both builds, where both are there. */
function distFolder() {
  const esm = dirname(entryFile());
  return esm.endsWith('/dist/esm') ? dirname(esm) : esm;
}

/** The folders of packages and of all they depend on, without those that are there already. */
function closure(names, without = new Set()) {
  const found = new Set();
  const visit = (name, from) => {
    const folder = folderOf(name, from);
    if (folder === null || found.has(folder) || without.has(folder)) return;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) visit(dependency, folder);
  };
  for (const name of names) visit(name, dirname(modules));
  return found;
}

/** Where a package is found from a folder, as Node looks for it. */
function folderOf(name, from) {
  for (let folder = from; folder.length >= dirname(modules).length; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (lstatSync(candidate, { throwIfNoEntry: false })) return candidate;
  }
  return null;
}

function sizeOf(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const nested = join(path, 'node_modules');
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(nested))
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
