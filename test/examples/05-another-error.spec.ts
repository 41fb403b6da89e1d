import { describeExample } from './example.js';

describeExample('05-another-error', (example) => {
  it('answers a wrong password with the body of the application', async () => {
    const answer = await example.request('POST /auth', { body: { username: 'alice', password: 'wrong' } });
    expect(answer).toEqual({
      status: 401,
      body: { error: 'Bad username or password', code: 'JWT_BAD_CREDENTIALS' },
    });
  });

  it('answers a missing token and a forged token with it too', async () => {
    expect(await example.request('GET /protected')).toEqual({
      status: 401,
      body: { error: 'Missing Authorization Header', code: 'JWT_MISSING' },
    });
    expect(await example.request('GET /protected', { token: 'a.b.c' })).toMatchObject({
      status: 422,
      body: { code: 'JWT_INVALID' },
    });
  });
});
