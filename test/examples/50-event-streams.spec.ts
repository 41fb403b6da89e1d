import { describeExample } from './example.js';

describeExample('50-event-streams', (example) => {
  it('accepts no ordinary access token in the address', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request(`GET /events?jwt=${token}`)).status).toBe(403);
  });

  it('reads no token from a header', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('GET /events', { token })).status).toBe(401);
  });
});
