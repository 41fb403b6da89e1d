import type { Type } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TokenService } from 'nestjs-jwt-extended';
import { startApp, type RunningApp } from '../support/adapters.js';
import { send } from '../support/http-client.js';
import type { Example } from './example.js';

/** Compares an example with the application before it moved to this library. Both have the same secret. */
export function describeMove(example: Example, moduleBefore: () => Promise<Type>, subject: string): void {
  describe('next to the application before the move', () => {
    let before: RunningApp;
    beforeAll(async () => {
      before = await startApp('express', { imports: [await moduleBefore()] });
    });
    afterAll(() => before.close());

    const jwt = () => before.app.get(JwtService, { strict: false });
    const profiles = async (token?: string) =>
      Promise.all([before.url, example.url].map((url) => send('GET', `${url}/profile`, { token })));

    it('accepts its tokens, and the other way round', async () => {
      const tokens = example.app.get(TokenService, { strict: false });
      for (const token of [await jwt().signAsync({ sub: subject }), await tokens.createAccessToken(subject)]) {
        const [old, moved] = await profiles(token);
        expect(old).toMatchObject({ status: 200 });
        expect(moved).toEqual(old);
      }
    });

    it.each([
      ['no token', 401, () => undefined],
      ['a token that has expired', 401, () => jwt().sign({ sub: subject }, { expiresIn: -1 })],
      ['a token with another signature', 422, () => `${jwt().sign({ sub: subject }).slice(0, -4)}AAAA`],
      ['a token that is none', 422, () => 'a.b.c'],
    ])('answers %s with the status %d, and the old application with 401', async (_, status, token) => {
      const [old, moved] = await profiles(token());
      expect([old?.status, moved?.status]).toEqual([401, status]);
      expect(Object.keys(moved?.body as object)).toEqual(expect.arrayContaining(['statusCode', 'message']));
    });

    it('refuses a refresh token, which the old application accepts', async () => {
      const token = await example.app.get(TokenService, { strict: false }).createRefreshToken(subject);
      const [old, moved] = await profiles(token);
      expect([old?.status, moved?.status]).toEqual([200, 422]);
    });
  });
}
