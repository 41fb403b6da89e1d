// An application with push, and the stores that can push. The process that revokes uses it too.
import { httpGuardCaller } from '../harness/guard-caller.mjs';
import { loadLibrary } from '../library.mjs';
import { controllerWith } from '../protections/route.mjs';

/** The limit if a message is lost. No measurement may take so long. */
export const STALENESS = 5_000;

const STORES = {
  async 'node-redis'(url) {
    const { createClient } = await import('redis');
    const client = createClient({ url });
    await client.connect();
    return redisStore(client);
  },
  async ioredis(url) {
    const { Redis } = await import('ioredis');
    return redisStore(new Redis(url));
  },
  async postgres(url) {
    const { default: pg } = await import('pg');
    const { pgQuery, SqlRevocationStore } = await loadLibrary('./sql');
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => undefined);
    return new SqlRevocationStore({ dialect: 'postgres', query: pgQuery(pool), listen: () => pool.connect() });
  },
};

async function redisStore(client) {
  const { RedisRevocationStore } = await loadLibrary('./redis');
  return new RedisRevocationStore({ client });
}

/** Returns the tokens service, and a function that returns whether the guard accepts an access token. */
export async function startApplication({ kind, url, push }) {
  const store = await STORES[kind](url);
  const { JwtExtendedModule, JwtGuard, JwtRequired, RevokedTokenException, TokenService } = await loadLibrary();
  const local = push ? { staleness: `${STALENESS}ms`, push } : undefined;
  const options = { secret: 'a secret of more than thirty-two bytes', revocation: { store, local } };
  const module = {
    module: class BenchModule {},
    imports: [JwtExtendedModule.forRoot(options)],
    controllers: [controllerWith({ decorators: [JwtRequired()] })],
  };
  const { call, context } = await httpGuardCaller({ guard: JwtGuard, rootModule: () => module });
  const accepts = async (token) => {
    try {
      return await call(`Bearer ${token}`);
    } catch (error) {
      if (error instanceof RevokedTokenException) return false;
      throw error;
    }
  };
  return { store, accepts, tokens: context.get(TokenService) };
}
