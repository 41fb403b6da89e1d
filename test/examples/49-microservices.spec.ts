import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('49-microservices', (example) => {
  it('accepts no token of the orders in the shop', async () => {
    const tokens = example.app.get(TokenService, { strict: false });
    const token = await tokens.createAccessToken('alice', { claims: { aud: 'orders' } });
    expect((await example.request('GET /orders', { token })).status).toBe(422);
  });
});
