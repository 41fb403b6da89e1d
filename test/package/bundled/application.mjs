// An application that a bundler makes one file of. It ends with 0 if the library works in there.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describeAccess, JwtExtendedModule, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';
import { jwtTesting } from 'nestjs-jwt-extended/testing';

class AppModule {}
Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: 'a secret as long as SHA-256 wants it',
      revocation: { store: new MemoryRevocationStore() },
    }),
    JwtAuthModule.forRoot({
      authenticate: (username, password) => (password === 'secret' ? { id: username } : null),
      refresh: true,
      routes: { me: true, logout: true },
    }),
  ],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], abortOnError: false });
await app.listen(0, '127.0.0.1');
try {
  const url = await app.getUrl();
  const logIn = async (password) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ username: 'ada', password });
    return fetch(`${url}/auth`, { method: 'POST', headers, body });
  };
  assert.equal((await fetch(`${url}/auth/me`)).status, 401);
  assert.equal((await logIn('wrong')).status, 401);
  const { access_token: token } = await (await logIn('secret')).json();
  const headers = { Authorization: `Bearer ${token}` };
  assert.deepEqual(await (await fetch(`${url}/auth/me`, { headers })).json(), { identity: 'ada' });
  assert.equal((await fetch(`${url}/auth/logout`, { method: 'POST', headers })).status, 200);
  assert.deepEqual(await (await fetch(`${url}/auth/me`, { headers })).json(), { msg: 'Token has been revoked' });
  const { headers: others } = await jwtTesting(app).as('bob');
  assert.equal((await fetch(`${url}/auth/me`, { headers: others })).status, 200);
  assert.equal(describeAccess(app).length, 4);
} finally {
  await app.close();
}
