import { describeWithRedis } from '../../support/redis-server.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import { BAD_TOKENS } from './service.js';

describeWithRedis('The commands that a request sends to Redis', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(TWO_MAKES, { timeout: '10s' });
  });
  afterAll(() => pool.stop());

  it.each(Object.entries(BAD_TOKENS))('are none for a token that is %s', async (_kind, token) => {
    await pool.logIn('alice');
    pool.server.takeCommandCounts();
    for (const route of [
      'GET /me',
      'GET /optional',
      'POST /refresh',
      'GET /refresh-only',
      'DELETE /logout',
      'DELETE /everywhere',
    ]) {
      const [method = '', path = ''] = route.split(' ');
      for (const { status } of await pool.sendToAll(method, path, token)) expect([401, 422]).toContain(status);
    }
    expect(pool.server.takeCommandCounts()).toEqual({});
  });

  it('are none for a token of the wrong type', async () => {
    const { accessToken, refreshToken } = await pool.logIn('alice');
    pool.server.takeCommandCounts();
    await pool.sendToAll('GET', '/me', refreshToken);
    await pool.sendToAll('POST', '/refresh', accessToken);
    expect(pool.server.takeCommandCounts()).toEqual({});
  });

  it('are none for a public route or a request without a token', async () => {
    const { accessToken } = await pool.logIn('alice');
    pool.server.takeCommandCounts();
    await pool.sendToAll('GET', '/public', accessToken);
    await pool.sendToAll('GET', '/open', accessToken);
    await pool.sendToAll('GET', '/optional');
    await pool.sendToAll('GET', '/me');
    expect(pool.server.takeCommandCounts()).toEqual({});
  });

  it('are one MGET for an access token, and for the current refresh token', async () => {
    const { accessToken, refreshToken } = await pool.logIn('alice');
    pool.server.takeCommandCounts();
    for (let request = 0; request < 10; request++) await pool.sendToAll('GET', '/me', accessToken);
    expect(pool.server.takeCommandCounts()).toEqual({ mget: 10 * pool.workers.length });
    await pool.sendToAll('GET', '/refresh-only', refreshToken);
    expect(pool.server.takeCommandCounts()).toEqual({ mget: pool.workers.length });
  });

  it('are one MGET and one script for a refresh', async () => {
    const first = await pool.logIn('alice');
    const second = await pool.refresh(first);
    pool.server.takeCommandCounts();
    await pool.refresh(second);
    const { mget, evalsha, eval: withText = 0 } = pool.server.takeCommandCounts();
    expect({ mget, evalsha, withText }).toEqual({ mget: 1, evalsha: 1, withText: 0 });
  });
});
