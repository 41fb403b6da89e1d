// esbuild bundles and minifies both copies of the package into one file, in which classes have other names.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as esm from 'nestjs-jwt-extended';
import { LibraryController, LibraryModule } from './library.cjs';

const renamed = Object.keys(esm).filter((name) => name.endsWith('Service') && esm[name].name !== name);
assert.notEqual(renamed.length, 0, 'the bundler renames classes');

const names = Object.keys(esm).filter((name) => name.endsWith('Exception') && name !== 'JwtExtendedException');
assert.ok(names.length >= 11);
for (const name of names) {
  const error = new esm[name]('text');
  assert.equal(error.name, name);
  assert.ok(error.stack.startsWith(`${name}: text`));
  assert.ok(error instanceof esm[name] && error instanceof esm.JwtExtendedException);
}

class AppModule {}
const jwt = esm.JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' });
Module({ imports: [jwt, LibraryModule] })(AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'], abortOnError: false });
await app.listen(0, '127.0.0.1');
try {
  const url = await app.getUrl();
  const tokens = app.get(esm.TokenService);
  assert.equal(app.get(LibraryController, { strict: false }).services.TokenService, tokens);
  const headers = { authorization: `Bearer ${await tokens.createAccessToken('ada')}` };
  assert.equal((await fetch(`${url}/library/guarded`)).status, 401);
  assert.equal((await fetch(`${url}/library/guarded`, { headers })).status, 200);
} finally {
  await app.close();
}
