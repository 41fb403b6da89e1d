import { TokenService } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('46-scopes', (example) => {
  const token = (user: string, claims: Record<string, unknown> = {}) =>
    example.app.get(TokenService, { strict: false }).createAccessToken(user, { claims });

  it('lets the handler replace the rule of its class', async () => {
    const root = await token('root', { scope: '' });
    expect((await example.request('DELETE /orders', { token: root })).status).toBe(200);
    expect((await example.request('GET /orders', { token: root })).status).toBe(403);
  });

  it.each([
    ['invoices:write', 200],
    ['invoices:read orders:read', 200],
    ['invoices', 403],
  ])('answers the scope "%s" on the route with anyScope with %d', async (scope, status) => {
    expect((await example.request('GET /invoices', { token: await token('alice', { scope }) })).status).toBe(status);
  });

  it('reads the property of the user for each request', async () => {
    expect((await example.request('GET /drafts', { token: await token('root') })).status).toBe(403);
    expect((await example.request('GET /drafts', { token: await token('nobody') })).status).toBe(401);
  });
});
