import { describeExample } from './example.js';

describeExample('20-default-answers', (example) => {
  it('answers a request without a token with the body of the application', async () => {
    expect(await example.request('GET /protected')).toEqual({ status: 401, body: { error: 'Log in first' } });
  });

  it('answers a forged token as the library does', async () => {
    expect(await example.request('GET /protected', { token: 'a.b.c' })).toMatchObject({
      status: 422,
      body: { msg: expect.any(String) },
    });
  });
});
