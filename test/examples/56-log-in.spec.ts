import { describeExample } from './example.js';

describeExample('56-log-in', (example) => {
  const body = { username: 'alice', password: 'secret' };
  const logIn = async () => (await example.request('POST /auth', { body })).body as Record<string, string>;

  it('replaces the refresh token at a refresh', async () => {
    const { refresh_token: token } = await logIn();
    const answer = await example.request('POST /auth/refresh', { token });
    expect(answer.body).toEqual({ access_token: expect.any(String), refresh_token: expect.any(String) });
    expect((answer.body as Record<string, string>).refresh_token).not.toBe(token);
  });

  it('lists the sessions, and ends all of them', async () => {
    const [one, two] = [await logIn(), await logIn()];
    const sessions = await example.request('GET /auth/sessions', { token: one.access_token });
    expect((sessions.body as unknown[]).length).toBeGreaterThanOrEqual(2);
    const everywhere = await example.request('DELETE /auth/logout-everywhere', { token: one.access_token });
    expect(everywhere.status).toBe(200);
    expect((await example.request('GET /auth/me', { token: two.access_token })).status).toBe(401);
  });

  it.each([
    { username: 'nobody', password: 'secret' },
    { username: 'alice', password: 'wrong' },
  ])('answers %j like any other wrong pair', async (wrong) => {
    const answer = await example.request('POST /auth', { body: wrong });
    expect(answer).toMatchObject({ status: 401, body: { msg: 'Bad username or password' } });
  });
});
