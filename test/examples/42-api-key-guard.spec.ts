import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('42-api-key-guard', (example) => {
  it('refuses a token without the scope, and a refresh token', async () => {
    const tokens = example.app.get(TokenService, { strict: false });
    const [plain, refresh] = [await tokens.createAccessToken('bob'), await tokens.createRefreshToken('bob')];
    expect((await example.request('GET /reports', { token: plain })).status).toBe(403);
    expect((await example.request('GET /reports', { token: refresh })).status).toBe(422);
  });

  it('answers a wrong key with a good token like a request without a key', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    const headers = [['X-API-Key', 'another']] as const;
    expect((await example.request('GET /reports', { token, headers })).status).toBe(200);
  });
});
