// Both copies of the package in one process: what one of them did, the other has to understand.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Controller, Get, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as esm from 'nestjs-jwt-extended';

const cjs = createRequire(import.meta.url)('nestjs-jwt-extended');
assert.notEqual(cjs.TokenService, esm.TokenService, 'these are two copies');

const decorate = (decorator, name) =>
  decorator(AppController.prototype, name, Object.getOwnPropertyDescriptor(AppController.prototype, name));

class AppController {
  read(request) {
    return { esm: esm.getJwtContext(request)?.payload.sub, cjs: cjs.getJwtContext(request)?.payload.sub };
  }
  guarded() {
    return 'open';
  }
}
Controller()(AppController);
Req()(AppController.prototype, 'read', 0);
decorate(Get('read'), 'read');
decorate(esm.JwtRequired(), 'read');
decorate(Get('guarded'), 'guarded');
decorate(cjs.JwtRequired(), 'guarded');

class AppModule {}
const jwt = esm.JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' });
Module({ imports: [jwt], controllers: [AppController] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error'], abortOnError: false });
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const tokens = app.get(esm.TokenService);
try {
  const headers = { authorization: `Bearer ${await tokens.createAccessToken('ada')}` };
  const read = await fetch(`${url}/read`, { headers });
  assert.deepEqual(await read.json(), { esm: 'ada', cjs: 'ada' }, 'both see what the guard remembered');

  assert.equal((await fetch(`${url}/guarded`)).status, 401, 'the guard heeds the other copy’s decorator');
  assert.equal((await fetch(`${url}/guarded`, { headers })).status, 200);

  const refused = await tokens.verify('nonsense').catch((error) => error);
  for (const { JwtExtendedException, InvalidTokenException, ExpiredTokenException } of [esm, cjs]) {
    assert.ok(refused instanceof JwtExtendedException);
    assert.ok(refused instanceof InvalidTokenException);
    assert.ok(!(refused instanceof ExpiredTokenException));
    assert.ok(!(new Error('not ours') instanceof JwtExtendedException));
  }
} finally {
  await app.close();
}
