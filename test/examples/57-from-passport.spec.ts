import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';
import { describeMove } from './moved-application.js';

describeExample('57-from-passport', (example) => {
  const before = async () => (await import('../../examples/57-from-passport/before.js')).BeforeModule;
  describeMove(example, before, '1');

  it('refuses the token of a user who does not exist', async () => {
    const token = await example.app.get(TokenService, { strict: false }).createAccessToken('2');
    expect((await example.request('GET /profile', { token })).status).toBe(401);
  });
});
