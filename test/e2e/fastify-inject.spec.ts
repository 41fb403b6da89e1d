import { spawnSync } from 'node:child_process';
import { forge, SECRET } from '../support/forge.js';

/** `app.inject()` needs packages that Jest cannot load on Node 20, so the application runs in a process of its own. */
const SCRIPT = `
  import 'reflect-metadata';
  import { Controller, Get, Req } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { FastifyAdapter } from '@nestjs/platform-fastify';
  import { loadSource } from './test/support/load-source.mjs';
  const { getJwtContext, JwtExtendedModule, JwtIdentity, JwtRequired } = await loadSource('index.ts');

  class RoutesController {
    read(identity, request) {
      const context = getJwtContext(request);
      return { identity, byRaw: getJwtContext(request.raw) === context, raw: request.raw.constructor.name };
    }
  }
  const { prototype } = RoutesController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'read');
  for (const decorate of [Get('read'), JwtRequired()]) decorate(prototype, 'read', descriptor);
  JwtIdentity()(prototype, 'read', 0);
  Req()(prototype, 'read', 1);
  Controller()(RoutesController);

  const imports = [JwtExtendedModule.forRoot({ secret: '${SECRET}' })];
  const module = { module: class Root {}, imports, controllers: [RoutesController] };
  const app = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
  await app.init();
  for (const authorization of process.argv.slice(1)) {
    const { statusCode, body } = await app.inject({ url: '/read', headers: { authorization } });
    console.log(statusCode + ' ' + body);
  }
  await app.close();
`;

it('app.inject() of Fastify finds the token by the request and by its raw request', () => {
  const args = ['--input-type=module', '--eval', SCRIPT, '--', `Bearer ${forge()}`, 'Bearer garbage'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 100_000 });
  expect([status, stderr]).toEqual([0, '']);
  const [found, refused] = stdout.trim().split('\n');
  expect(found).toBe('200 {"identity":"alice","byRaw":true,"raw":"Request"}');
  expect(refused).toMatch(/^422 /);
});
