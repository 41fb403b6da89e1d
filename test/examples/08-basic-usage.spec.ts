import { describeExample } from './example.js';

describeExample('08-basic-usage', (example) => {
  it('serves the route for the token of the log-in', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'test', password: 'test' });
    expect((await example.request('GET /protected', { token })).body).toEqual({ logged_in_as: 'test' });
  });

  it('refuses a wrong password', async () => {
    const answer = await example.request('POST /login', { body: { username: 'test', password: 'wrong' } });
    expect(answer.status).toBe(401);
  });
});
