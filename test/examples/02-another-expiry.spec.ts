import { describeExample } from './example.js';

describeExample('02-another-expiry', (example) => {
  it('creates a token for 30 minutes', async () => {
    const token = await example.tokenFrom('POST /auth', { username: 'alice', password: 'secret' });
    expect((await example.request('GET /lifetime', { token })).body).toEqual({ seconds: 1800 });
  });
});
