import { describeExample } from './example.js';

describeExample('17-blocklist-database', (example) => {
  it('refuses the token after its log-out, and no other token of the user', async () => {
    const first = await example.tokenFrom('POST /login', { username: 'alice' });
    const second = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('DELETE /logout', { token: first })).status).toBe(200);
    expect((await example.request('GET /protected', { token: first })).status).toBe(401);
    expect((await example.request('GET /protected', { token: second })).status).toBe(200);
  });
});
