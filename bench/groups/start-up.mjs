// Measures the import time in addition to the imports of a Nest application with @nestjs/jwt. Each sample has its own process.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { summary } from '../harness/statistics.mjs';
import { entryFile } from '../library.mjs';

const ROUNDS = { full: 15, quick: 5, smoke: 1 };
const { resolve } = createRequire(import.meta.url);
const esm = entryFile();
const ALWAYS_IMPORTED = ['reflect-metadata', '@nestjs/common', '@nestjs/core', '@nestjs/jwt'];

/** The imports, by the name of their row. */
const IMPORTS = {
  'nothing (cost of the measurement)': [],
  'nestjs-jwt-extended': [esm],
  '@nestjs/passport and passport-jwt': ['@nestjs/passport', 'passport', 'passport-jwt'].map((name) => resolve(name)),
  '@fastify/jwt': [resolve('@fastify/jwt')],
  'jose (as an ES module)': ['jose'],
};

export async function run({ effort }) {
  const samples = new Map(Object.keys(IMPORTS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS[effort]; round++) {
    for (const [name, files] of Object.entries(IMPORTS)) samples.get(name).push(timeImport(files));
  }
  const rows = [...samples].map(([name, times]) => ({
    name,
    cells: {
      CPU: summary(
        times.map(({ cpu }) => cpu),
        'ms',
      ),
      time: summary(
        times.map(({ elapsed }) => elapsed),
        'ms',
      ),
    },
  }));
  return [{ title: 'import in addition to Nest and @nestjs/jwt', columns: ['CPU', 'time'], rows }];
}

function timeImport(files) {
  const statements = (names) => names.map((name) => `await import(${JSON.stringify(toSpecifier(name))});`).join('');
  const script = `${statements(ALWAYS_IMPORTED)}
    const cpuBefore = process.cpuUsage(), start = performance.now();
    ${statements(files)}
    const { user, system } = process.cpuUsage(cpuBefore);
    console.log(JSON.stringify({ elapsed: performance.now() - start, cpu: (user + system) / 1000 }));`;
  const args = ['--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: new URL('..', import.meta.url) }));
}

function toSpecifier(name) {
  return name.startsWith('/') ? pathToFileURL(name).href : name;
}
