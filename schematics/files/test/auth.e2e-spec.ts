import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { jwtTesting } from 'nestjs-jwt-extended/testing';
import { AppModule } from './../src/app.module.js';
import { UsersService } from './../src/auth/users.service.js';

describe('Log-in (e2e)', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [AppModule],
    }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await app
      .get(UsersService, { strict: false })
      .create('ada', 'correct horse');
  });

  afterAll(async () => {
    await app.close();
  });

  const logIn = (password: string) =>
    fetch(`${url}/auth`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'ada', password }),
    });

  it('answers 401 without a token', async () => {
    expect((await fetch(`${url}/auth/me`)).status).toBe(401);
  });

  it('answers 401 to a wrong password', async () => {
    expect((await logIn('wrong')).status).toBe(401);
  });

  it('accepts the token of a log-in', async () => {
    const body = (await (await logIn('correct horse')).json()) as {
      access_token: string;
    };
    const answer = await fetch(`${url}/auth/me`, {
      headers: { Authorization: `Bearer ${body.access_token}` },
    });
    expect(answer.status).toBe(200);
  });

  it('accepts a token that the test creates', async () => {
    const { headers } = await jwtTesting(app).as('bob');
    const answer = await fetch(`${url}/auth/me`, { headers });
    expect(await answer.json()).toEqual({ identity: 'bob' });
  });
});
