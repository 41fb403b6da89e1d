import { freePort } from '../support/free-port.js';
import { send } from '../support/http-client.js';
import { describeExample } from './example.js';

const port = String(await freePort());

describeExample(
  '22-identity-provider',
  (example) => {
    it('serves a token of the provider, and refuses a changed one', async () => {
      const { body } = await send('POST', `http://127.0.0.1:${port}/token`);
      const { access_token: token } = body as { access_token: string };
      expect((await example.request('GET /protected', { token })).body).toEqual({ logged_in_as: 'alice' });
      expect((await example.request('GET /protected', { token: `${token.slice(0, -9)}AAAAAAAAA` })).status).toBe(422);
    });
  },
  () => ({ PROVIDER_PORT: port }),
  { 'localhost:3001': `127.0.0.1:${port}` },
);
