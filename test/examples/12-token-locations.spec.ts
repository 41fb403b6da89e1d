import { describeExample } from './example.js';

describeExample('12-token-locations', (example) => {
  it('refuses a POST with the cookie alone, because a page of another site can send it', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    const headers = [['Cookie', `access_token_cookie=${token}`]] as const;
    expect((await example.request('GET /protected', { headers })).status).toBe(200);
    expect((await example.request('POST /protected', { headers })).body).toEqual({ msg: 'Missing CSRF token' });
  });
});
