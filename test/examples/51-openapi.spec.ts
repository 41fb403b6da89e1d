import { describeExample } from './example.js';

describeExample('51-openapi', (example) => {
  it('describes the scheme of the header once', async () => {
    const { body } = await example.request('GET /openapi-json');
    expect((body as { components: object }).components).toMatchObject({
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    });
  });
});
