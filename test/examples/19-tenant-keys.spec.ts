import { forge } from '../support/forge.js';
import { describeExample } from './example.js';

describeExample('19-tenant-keys', (example) => {
  it('serves the users of both tenants', async () => {
    for (const tenant of ['acme', 'globex']) {
      const token = await example.tokenFrom('POST /login', { tenant, username: 'alice' });
      const { body } = await example.request('GET /protected', { token });
      expect(body).toEqual({ tenant, logged_in_as: `${tenant}:alice` });
    }
  });

  it('refuses a token that names the key of the other tenant, or an unknown key', async () => {
    const token = await example.tokenFrom('POST /login', { tenant: 'acme', username: 'alice' });
    for (const kid of ['globex', 'unknown']) {
      const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid })).toString('base64url');
      const changed = [header, ...token.split('.').slice(1)].join('.');
      expect((await example.request('GET /protected', { token: changed })).status).toBe(422);
    }
  });

  it('refuses a token that one tenant signs with the name of the other', async () => {
    const { tenantKeys } = await import('../../examples/19-tenant-keys/main.js');
    const tokenOf = (tenant: string) =>
      forge({ sub: `${tenant}:alice`, tenant }, { secret: tenantKeys.get('globex'), header: { kid: 'globex' } });
    expect((await example.request('GET /protected', { token: tokenOf('globex') })).status).toBe(200);
    expect(await example.request('GET /protected', { token: tokenOf('acme') })).toMatchObject({
      status: 422,
      body: { msg: expect.stringContaining('"tenant"') },
    });
  });
});
