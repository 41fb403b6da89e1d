// An ESM application with a CommonJS library loads both copies of the package. The library must be able to inject its
// services, whichever copy is loaded first.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Module } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';

const require = createRequire(import.meta.url);
const [order] = process.argv.slice(2);
if (order === 'library-first') require('./library.cjs');
else assert.equal(order, 'application-first');

const esm = await import('nestjs-jwt-extended');
const jwt = esm.JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' });
const { injected, LateModule, LateService, LibraryController, LibraryModule } = require('./library.cjs');

const manifest = JSON.parse(readFileSync(require.resolve('nestjs-jwt-extended/package.json')));
for (const [subpath, { import: file }] of Object.entries(manifest.exports)) {
  if (file === undefined) continue;
  const specifier = `nestjs-jwt-extended${subpath.slice(1)}`;
  assert.notEqual(require.resolve(specifier), new URL(import.meta.resolve(specifier)).pathname, 'two files are loaded');
  const [imported, required] = [await import(specifier), require(specifier)];
  assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
  for (const [name, value] of Object.entries(imported)) assert.equal(required[name], value, `${specifier}: ${name}`);
}

class AppModule {}
Module({ imports: [jwt, LibraryModule] })(AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'], abortOnError: false });
await app.listen(0, '127.0.0.1');
try {
  const { services } = app.get(LibraryController, { strict: false });
  assert.deepEqual(Object.keys(services), injected);
  for (const name of injected) assert.equal(services[name], app.get(esm[name], { strict: false }), name);

  const url = await app.getUrl();
  const headers = { authorization: `Bearer ${await services.TokenService.createAccessToken('ada')}` };
  assert.equal((await fetch(`${url}/library/open`)).status, 200);
  assert.equal((await fetch(`${url}/library/guarded`)).status, 401);
  const guarded = await fetch(`${url}/library/guarded`, { headers });
  assert.deepEqual(await guarded.json(), { subject: 'ada', context: 'ada' });
  assert.equal((await fetch(`${url}/library/refused`)).status, 422, 'the filter answers for exceptions of the library');

  const late = await app.get(LazyModuleLoader).load(() => LateModule);
  assert.equal(late.get(LateService).tokens, services.TokenService, 'a module that is loaded later injects it too');
} finally {
  await app.close();
}
