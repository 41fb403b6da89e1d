import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app';

let app: INestApplication;
let url: string;

beforeAll(async () => {
  app = await NestFactory.create(AppModule, { logger: ['error'], abortOnError: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

it('answers 401 without a token', async () => {
  const answer = await fetch(`${url}/me`);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toEqual({ msg: 'Missing Authorization Header' });
});

it('accepts the token of a log-in', async () => {
  const body = new URLSearchParams({ name: 'ada' });
  const login = await fetch(`${url}/login`, { method: 'POST', body });
  expect(login.status).toBe(201);
  const { access_token } = (await login.json()) as { access_token: string };

  const answer = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${access_token}` } });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ name: 'ada', role: 'reader' });
});
