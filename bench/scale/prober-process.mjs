// The process of a prober. Its argument names the server and the look-up.
import { loadLibrary } from '../library.mjs';
import { Asking } from './prober.mjs';

const STORES = {
  async postgres(url) {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return sqlStore('postgres', (text, values, name) => client.query({ name, text, values }));
  },
  async mysql(url) {
    const { createConnection } = await import('mysql2/promise');
    const connection = await createConnection({ uri: url });
    return sqlStore('mysql', (sql, params) => connection.execute(sql, params));
  },
  async redis(url) {
    const { createClient } = await import('redis');
    const client = createClient({ url });
    await client.connect();
    const { RedisRevocationStore } = await loadLibrary('./redis');
    return new RedisRevocationStore({ client });
  },
};

async function sqlStore(dialect, query) {
  const { SqlRevocationStore } = await loadLibrary('./sql');
  return new SqlRevocationStore({ dialect, query });
}

const { kind, url, query } = JSON.parse(process.argv[2]);
const store = await STORES[kind](url);
const asking = new Asking(() => store.lookUp(query));
// V8 compiles the code, and the driver prepares its statement.
for (let call = 0; call < 200; call++) await store.lookUp(query);

process.on('message', async (order) => {
  if (order === 'start') asking.start();
  process.send({ longest: order === 'stop' ? await asking.stop() : 0 });
});
process.send({ longest: 0 });
