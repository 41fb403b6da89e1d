import { describeExample } from './example.js';

describeExample('28-logging', (example) => {
  it('logs the address of a request without its token', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'bob' });
    expect((await example.request(`GET /protected?a=1&jwt=${token}`)).status).toBe(200);
    expect((await example.request('GET /last-line')).body).toEqual({
      url: '/protected?a=1&jwt=[Redacted]',
      query: { a: '1', jwt: '[Redacted]' },
    });
  });
});
