import { describeExample } from './example.js';

describeExample('07-group-of-users', (example) => {
  it('serves an administrator', async () => {
    const token = await example.tokenFrom('POST /auth', { username: 'alice', password: 'secret' });
    expect(await example.request('GET /admin', { token })).toEqual({ status: 200, body: { administrator: '1' } });
  });

  it('refuses every other user with 403', async () => {
    const token = await example.tokenFrom('POST /auth', { username: 'bob', password: 'hidden' });
    expect((await example.request('GET /admin', { token })).status).toBe(403);
  });
});
