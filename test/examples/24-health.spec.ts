import { jwks, providerKey } from '../support/identity-provider.js';
import { json, KeyServer } from '../support/key-server.js';
import { until } from '../support/until.js';
import { describeExample } from './example.js';

const server = new KeyServer();
afterAll(() => server.stop());

describeExample(
  '24-health',
  (example) => {
    it('answers that the keys can be used as soon as the provider publishes them', async () => {
      expect((await example.request('GET /health/keys')).status).toBe(503);
      server.keys = json(jwks(providerKey('one')));
      await until(async () => (await example.request('GET /health/keys')).status === 200);
    });
  },
  async () => ({ PROVIDER_KEYS: (await server.start()).keysUrl }),
);
