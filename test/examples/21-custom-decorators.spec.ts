import { describeExample } from './example.js';

describeExample('21-custom-decorators', (example) => {
  it('serves an administrator, and refuses every other user', async () => {
    const root = await example.tokenFrom('POST /login', { username: 'root' });
    const alice = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('GET /protected', { token: root })).status).toBe(200);
    expect((await example.request('GET /protected', { token: alice })).status).toBe(403);
    expect((await example.request('GET /protected')).status).toBe(401);
  });
});
