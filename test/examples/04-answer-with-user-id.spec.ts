import { describeExample } from './example.js';

describeExample('04-answer-with-user-id', (example) => {
  it('answers a log-in with the token and the id of the user, and nothing else', async () => {
    const { body } = await example.request('POST /auth', { body: { username: 'alice', password: 'secret' } });
    expect(body).toEqual({ access_token: expect.stringMatching(/^eyJ/), user_id: 1 });
  });
});
