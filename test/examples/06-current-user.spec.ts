import { describeExample } from './example.js';

describeExample('06-current-user', (example) => {
  it('passes the user of the token to the handler', async () => {
    const token = await example.tokenFrom('POST /auth', { username: 'alice', password: 'secret' });
    expect((await example.request('GET /profile', { token })).body).toEqual({ username: 'alice', city: 'Paris' });
  });
});
