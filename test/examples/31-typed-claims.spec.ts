import { describeExample } from './example.js';

describeExample('31-typed-claims', (example) => {
  it('gives the handler the user and the role, and refuses a token whose claims do not match', async () => {
    const alice = await example.tokenFrom('POST /login', { username: 'alice' });
    const old = await example.tokenFrom('POST /old-login', { username: 'alice' });
    expect((await example.request('GET /profile', { token: alice })).body).toEqual({
      email: 'alice@example.com',
      role: 'admin',
    });
    expect((await example.request('GET /greeting', { token: alice })).body).toEqual({ hello: 'alice' });
    expect((await example.request('GET /profile', { token: old })).status).toBe(400);
    expect((await example.request('GET /greeting', { token: old })).status).toBe(400);
    expect((await example.request('GET /profile')).status).toBe(401);
  });
});
