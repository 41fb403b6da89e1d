import { until } from '../support/until.js';
import { describeExample } from './example.js';

describeExample('29-cqrs', (example) => {
  it('knows the user of each of many requests at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
    const owners = await Promise.all(
      names.map(async (username) => {
        const token = await example.tokenFrom('POST /login', { username });
        return (await example.request('POST /orders', { token, body: { product: 'tea' } })).body;
      }),
    );
    expect(owners).toEqual(names.map((owner) => ({ product: 'tea', owner })));
    const entries = async () => (await example.request('GET /audit')).body as string[];
    await until(async () => (await entries()).length >= names.length);
    expect(await entries()).toEqual(expect.arrayContaining(names.map((name) => `${name}: tea`)));
  });

  it('requires a token to send a command', async () => {
    expect((await example.request('POST /orders', { body: { product: 'tea' } })).status).toBe(401);
  });
});
