// Measures the size that a package and its dependencies add to an application with Nest and @nestjs/jwt.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { counted } from '../harness/statistics.mjs';
import { entryFile } from '../library.mjs';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const ALWAYS_INSTALLED = ['@nestjs/common', '@nestjs/core', '@nestjs/jwt', 'reflect-metadata', 'rxjs'];

const OTHERS = {
  '@nestjs/passport, passport, passport-jwt': ['@nestjs/passport', 'passport', 'passport-jwt'],
  '@fastify/jwt': ['@fastify/jwt'],
  'fast-jwt': ['fast-jwt'],
  jose: ['jose'],
};

export async function run() {
  const installed = closure(ALWAYS_INSTALLED);
  const needed = closure(Object.keys(manifest.dependencies ?? {}), installed);
  const rows = [row('nestjs-jwt-extended', needed, sizeOf(distFolder()))];
  for (const [name, packages] of Object.entries(OTHERS)) rows.push(row(name, closure(packages, installed), 0));
  return [{ title: 'installed in addition to Nest and @nestjs/jwt', columns: ['packages', 'size'], rows }];
}

function row(name, folders, own) {
  const bytes = [...folders].reduce((sum, folder) => sum + sizeOf(folder), own);
  const packages = folders.size + (own > 0 ? 1 : 0);
  return { name, cells: { packages: counted(packages, ''), size: counted(bytes / 1024, 'KiB') } };
}

/** The folder of both builds, if it has both. */
function distFolder() {
  const esm = dirname(entryFile());
  return esm.endsWith('/dist/esm') ? dirname(esm) : esm;
}

/** The folders of the packages and of all their dependencies, except those in `without`. */
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

/** The folder of a package, by the look-up of Node from another folder. */
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
