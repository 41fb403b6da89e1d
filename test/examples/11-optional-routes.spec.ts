import { describeExample } from './example.js';

describeExample('11-optional-routes', (example) => {
  it('serves a request without a token, and one with a token', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('GET /optional')).body).toEqual({ logged_in_as: 'anonymous user' });
    expect((await example.request('GET /optional', { token })).body).toEqual({ logged_in_as: 'alice' });
  });

  it('refuses a token with a wrong signature', async () => {
    expect((await example.request('GET /optional', { token: 'a.b.c' })).status).toBe(422);
  });
});
