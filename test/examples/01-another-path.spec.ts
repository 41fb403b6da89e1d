import { describeExample } from './example.js';

const alice = { username: 'alice', password: 'secret' };

describeExample('01-another-path', (example) => {
  it('logs in at /login, and no longer at /auth', async () => {
    expect((await example.request('POST /login', { body: alice })).status).toBe(200);
    expect((await example.request('POST /auth', { body: alice })).status).toBe(404);
  });

  it('serves the route for the token of the log-in, and refuses a request without it', async () => {
    const token = await example.tokenFrom('POST /login', alice);
    expect(await example.request('GET /protected', { token })).toEqual({ status: 200, body: { identity: '1' } });
    expect((await example.request('GET /protected')).status).toBe(401);
  });
});
