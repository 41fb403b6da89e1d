import { UsersService } from '../../examples/53-user-lookup/users.module.js';
import { describeExample } from './example.js';

describeExample('53-user-lookup', (example) => {
  it('refuses a token at the next request after the user is blocked', async () => {
    const token = await example.tokenFrom('POST /login', { id: 1 });
    const { users } = example.app.get(UsersService, { strict: false });
    const alice = users.find(({ name }) => name === 'alice');
    expect((await example.request('GET /profile', { token })).status).toBe(200);
    if (alice) alice.isActive = false;
    expect((await example.request('GET /profile', { token })).status).toBe(401);
    if (alice) alice.isActive = true;
    expect((await example.request('GET /profile', { token })).status).toBe(200);
  });
});
