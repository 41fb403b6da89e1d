import { describeExample } from './example.js';

describeExample('10-additional-claims', (example) => {
  it('has the claims of every token, and those of this call', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    const answer = await example.request('GET /protected', { token });
    expect(answer.body).toEqual({ company: 'Example Ltd', plan: 'trial' });
  });
});
