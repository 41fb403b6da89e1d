import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describeExample } from './example.js';

describeExample('18-asymmetric-keys', (example) => {
  it('publishes the public key, which verifies the tokens', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    const { body } = await example.request('GET /.well-known/jwks.json');
    const { keys } = body as { keys: [JsonWebKey] };
    const [header, payload, signature = ''] = token.split('.');
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify(null, signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(keys).toEqual([expect.not.objectContaining({ d: expect.anything() })]);
  });
});
