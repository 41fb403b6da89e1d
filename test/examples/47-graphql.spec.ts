import { describeExample } from './example.js';

describeExample('47-graphql', (example) => {
  it('answers a wrong token with the code of the refusal, and no data', async () => {
    const body = { query: '{ me }' };
    const answer = await example.request('POST /graphql', { token: 'a.b.c', body });
    expect(answer.body).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', jwt: 'JWT_INVALID' } }],
      data: null,
    });
  });

  it('serves the optional query without a token only if there is none', async () => {
    const answer = await example.request('POST /graphql', { token: 'a.b.c', body: { query: '{ greeting }' } });
    expect(answer.body).toMatchObject({ errors: [{ extensions: { jwt: 'JWT_INVALID' } }] });
  });
});
