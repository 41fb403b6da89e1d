// #region real
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { jwtTesting } from 'nestjs-jwt-extended/testing';
import { AppModule } from './app.module.js';

describe('GET /me', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    await app.listen(0);
  });
  afterAll(() => app.close());

  it('serves the user of the token', async () => {
    const { headers } = await jwtTesting(app).as('alice');
    const answer = await fetch(`${await app.getUrl()}/me`, { headers });
    expect(await answer.json()).toEqual({ identity: 'alice', city: 'Paris' });
  });

  it('refuses a token that has expired', async () => {
    const { headers } = await jwtTesting(app).expired('alice');
    const answer = await fetch(`${await app.getUrl()}/me`, { headers });
    expect(answer.status).toBe(401);
  });
});
// #endregion
