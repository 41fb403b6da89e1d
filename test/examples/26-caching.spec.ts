import { describeExample } from './example.js';

describeExample('26-caching', (example) => {
  it('answers each user from their own entry, and refuses a request without a token', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'carol' });
    const first = await example.request('GET /report', { token });
    expect(first.body).toMatchObject({ owner: 'carol' });
    expect(first.header('Cache-Control')).toMatch(/private/);
    expect(await example.request('GET /report', { token })).toEqual({ status: 200, body: first.body });
    expect((await example.request('GET /report')).status).toBe(401);
  });
});
