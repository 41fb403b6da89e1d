import { describeExample } from './example.js';

describeExample('09-user-loading', (example) => {
  it('finds the user of the token again', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'bob', password: 'hidden' });
    const answer = await example.request('GET /who-am-i', { token });
    expect(answer.body).toEqual({ id: 2, full_name: 'Bob Jones', username: 'bob' });
  });
});
