import { jest } from '@jest/globals';
import { Controller, Get, Module, type OnApplicationShutdown } from '@nestjs/common';
import { JwtExtendedModule, JwtRequired, MemoryRevocationStore, TokenService } from 'nestjs-jwt-extended';
import { SessionManager } from '../../../src/sessions/session-manager.js';
import { ADAPTERS, startApp } from '../../support/adapters.js';
import { SECRET } from '../../support/forge.js';
import { send } from '../../support/http-client.js';
import { until } from '../../support/until.js';

/** A store whose changes arrive on a connection of a pool of the application, as with PostgreSQL. */
class PooledStore extends MemoryRevocationStore {
  override readonly watchProblem = null;
  opened = 0;
  closed = 0;
  /** Resolves when every connection of the pool is free, as `pool.end()` does. */
  readonly isEnded = () => until(async () => this.opened === this.closed, 3_000);

  override async watch() {
    this.opened++;
    return { ping: async () => undefined, close: () => void this.closed++ };
  }
}

describe.each(ADAPTERS)('the shutdown with push, on %s', (adapter) => {
  it('ends before a hook of the application that waits for its pool', async () => {
    const store = new PooledStore();
    const revocation = { store, local: { staleness: '1s', push: true } } as const;
    let isEnded = false;
    @Module({ imports: [JwtExtendedModule.forRoot({ secret: SECRET, revocation })] })
    class AppModule implements OnApplicationShutdown {
      async onApplicationShutdown() {
        await store.isEnded();
        isEnded = true;
      }
    }
    const { close } = await startApp(adapter, { imports: [AppModule] });
    await until(async () => store.opened === 1);
    await close();
    // Nest logs the error of a hook, and does not throw it.
    expect(isEnded).toBe(true);
    expect([store.opened, store.closed]).toEqual([1, 1]);
  });

  it('lets requests that still run ask the store', async () => {
    const store = new PooledStore();
    const revocation = { store, local: { staleness: '30s', push: true } } as const;
    @JwtRequired()
    @Controller()
    class MeController {
      @Get()
      me() {
        return {};
      }
    }
    const module = JwtExtendedModule.forRoot({ secret: SECRET, revocation });
    const { app, url, close } = await startApp(adapter, { imports: [module], controllers: [MeController] });
    const { accessToken: token } = await app.get(TokenService, { strict: false }).createTokenPair('alice');
    const status = async () => (await send('GET', url, { token })).status;
    const lookUps = jest.spyOn(store, 'lookUp');
    await until(async () => store.opened === 1);
    await until(async () => {
      lookUps.mockClear();
      await status();
      return lookUps.mock.calls.length === 0;
    });
    app.get(SessionManager, { strict: false }).stopListening();
    expect(await status()).toBe(200);
    expect(lookUps).toHaveBeenCalledTimes(1);
    await close();
  });
});
