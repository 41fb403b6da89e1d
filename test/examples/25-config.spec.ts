import { describeExample } from './example.js';

describeExample(
  '25-config',
  (example) => {
    it('issues tokens with the lifetime of the variable', async () => {
      const token = await example.tokenFrom('POST /login', { username: 'alice' });
      expect((await example.request('GET /lifetime', { token })).body).toEqual({ seconds: 1800 });
    });
  },
  () => ({ JWT_ACCESS_TOKEN_EXPIRES: '1800' }),
);
