import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('41-roles-guard', (example) => {
  it.each([
    [['admin'], 200],
    [['user', 'admin'], 200],
    [['user'], 403],
    [[], 403],
    ['admin', 403],
    [undefined, 403],
  ])('answers a token with the roles %j with %d', async (roles, status) => {
    const tokens = example.app.get(TokenService, { strict: false });
    const token = await tokens.createAccessToken('carol', { claims: roles === undefined ? {} : { roles } });
    expect((await example.request('GET /admin', { token })).status).toBe(status);
  });

  it('answers a wrong token before the guard of the application runs', async () => {
    expect((await example.request('GET /admin', { token: 'a.b.c' })).status).toBe(422);
  });
});
