import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('44-is-token-revoked', (example) => {
  it('refuses the old tokens of this user only', async () => {
    const tokens = example.app.get(TokenService, { strict: false });
    const before = Math.floor(Date.now() / 1000) - 5;
    const old = (user: string) => tokens.createAccessToken(user, { claims: { iat: before, nbf: before } });
    const [bobs, carols] = [await old('bob'), await old('carol')];
    const fresh = await example.tokenFrom('POST /login', { username: 'bob' });
    expect((await example.request('GET /protected', { token: bobs })).status).toBe(200);
    expect((await example.request('POST /password', { token: fresh })).status).toBe(200);
    expect((await example.request('GET /protected', { token: bobs })).status).toBe(401);
    expect((await example.request('GET /protected', { token: carols })).status).toBe(200);
  });
});
