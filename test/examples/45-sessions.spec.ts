import type { TokenPair } from 'nestjs-jwt-extended';
import { describeExample } from './example.js';

describeExample('45-sessions', (example) => {
  const logIn = async () => (await example.request('POST /login')).body as TokenPair;
  const refresh = (pair: TokenPair) => example.request('POST /refresh', { token: pair.refreshToken });
  const statusOf = async (pair: TokenPair) =>
    (await example.request('GET /sessions', { token: pair.accessToken })).status;

  it('ends the session when a used refresh token comes back after its successor', async () => {
    const first = await logIn();
    const second = (await refresh(first)).body as TokenPair;
    const third = (await refresh(second)).body as TokenPair;
    expect(await statusOf(third)).toBe(200);
    expect((await refresh(first)).status).toBe(401);
    expect(await statusOf(third)).toBe(401);
  });

  it('gives a retry of a refresh the same successor', async () => {
    const pair = await logIn();
    const [one, two] = [(await refresh(pair)).body as TokenPair, (await refresh(pair)).body as TokenPair];
    expect(two.refreshToken).toBe(one.refreshToken);
  });

  it('ends every session of the user with a fresh token', async () => {
    const [one, two] = [await logIn(), await logIn()];
    expect((await example.request('DELETE /sessions', { token: one.accessToken })).status).toBe(204);
    expect([await statusOf(one), await statusOf(two)]).toEqual([401, 401]);
  });
});
