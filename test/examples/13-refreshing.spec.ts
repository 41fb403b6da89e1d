import { describeExample } from './example.js';

describeExample('13-refreshing', (example) => {
  it('creates an access token for the refresh token', async () => {
    const refresh = await example.tokenFrom('POST /login', { username: 'alice' }, 'refresh_token');
    const { body } = await example.request('POST /refresh', { token: refresh });
    const { access_token: token } = body as { access_token: string };
    expect((await example.request('GET /protected', { token })).body).toEqual({ logged_in_as: 'alice' });
  });

  it('creates none for an access token', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('POST /refresh', { token })).status).toBe(422);
  });
});
