import { describeExample } from './example.js';

describeExample('03-another-key-name', (example) => {
  it('reads the name of the user from the key "email"', async () => {
    const body = { email: 'alice@example.com', password: 'secret' };
    expect((await example.request('POST /auth', { body })).status).toBe(200);
  });

  it('refuses a body with the key "username"', async () => {
    const body = { username: 'alice@example.com', password: 'secret' };
    expect((await example.request('POST /auth', { body })).status).toBe(400);
  });
});
