import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { Logger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { debianProgram, itWithProgram } from '../support/programs.js';

const run = promisify(execFile);

let app: INestApplication;
let printed: string;

/** Starts the sample with its own main file, and captures its output. */
beforeAll(async () => {
  Logger.overrideLogger(false);
  const create = jest.spyOn(NestFactory, 'create');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  process.env.PORT = '0';
  await import('../../sample/src/main.js');
  delete process.env.PORT;
  app = (await create.mock.results[0]?.value) as INestApplication;
  printed = log.mock.calls.join('\n');
  log.mockRestore();
});

afterAll(() => app.close());

it('names the address, the users and the password', async () => {
  expect(printed).toContain(`The sample runs at http://localhost:${new URL(await app.getUrl()).port}.`);
  expect(printed).toContain('Users: alice (an administrator) and bob. Password: correct horse battery staple');
});

it('has no shell comments, which an interactive zsh would run', () => {
  expect(printed).not.toMatch(/^\s*#/m);
});

itWithProgram(debianProgram('curl'), 'can be pasted into a shell twice', async () => {
  const commands = printed.slice(printed.indexOf('PAIR='));
  const { stdout, stderr } = await run('bash', ['--norc', '-euc', commands + commands]);
  const once = [
    '{"msg":"Hello, stranger"} (200)',
    '{"msg":"Hello, alice"} (200)',
    '{"id":"1","username":"alice","role":"admin"} (200)',
    '[{"id":"1","username":"alice","role":"admin"},{"id":"2","username":"bob","role":"user"}] (200)',
    '{"data":{"notes":[]}}',
    '{"msg":"The password is changed"} (200)',
    '{"msg":"Fresh token required","code":"JWT_NOT_FRESH"} (401)',
    '{"msg":"logout successful"} (200)',
    '{"msg":"Token has been revoked","code":"JWT_REVOKED"} (401)',
  ];
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([...once, ...once]);
});
