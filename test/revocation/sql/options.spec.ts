import { SqlRevocationStore, type SqlRevocationStoreOptions } from 'nestjs-jwt-extended/sql';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';

const query = () => Promise.resolve([]);
const createStore = (options: unknown) => () => new SqlRevocationStore(options as SqlRevocationStoreOptions);

describe('The constructor and the start of SqlRevocationStore', () => {
  it.each([
    ['nothing', undefined, 'needs options: new SqlRevocationStore({ dialect, query })'],
    ['options without dialect', { query }, 'option "dialect" must be one of postgres, mysql, sqlite.'],
    ['an unknown dialect', { dialect: 'mariadb', query }, 'option "dialect" must be one of postgres, mysql, sqlite.'],
    ['a dialect with an inherited name', { dialect: 'toString', query }, 'option "dialect" must be one of'],
    [
      'options without query',
      { dialect: 'postgres' },
      'option "query" must be a function: (sql, params) => pool.query(sql, params).',
    ],
    ['a pool as query', { dialect: 'postgres', query: { query } }, 'option "query" must be a function'],
    ['an unknown option', { dialect: 'sqlite', query, prefix: 'a' }, 'option "prefix" does not exist. Known: dialect,'],
    [
      'an empty table name',
      { dialect: 'sqlite', query, table: '' },
      'option "table" must be a name of letters, digits and _',
    ],
    [
      'a statement as table name',
      { dialect: 'sqlite', query, table: 'a; DROP TABLE b' },
      'option "table" must be a name',
    ],
    ['a table name with two schemas', { dialect: 'sqlite', query, table: 'a.b.c' }, 'option "table" must be a name'],
  ])('refuse %s, and the message contains the cure', (_name, options, message) => {
    expect(createStore(options)).toThrow(TypeError);
    expect(createStore(options)).toThrow(message);
  });

  it('accept a table in a schema', async () => {
    const sent: string[] = [];
    const store = new SqlRevocationStore({
      dialect: 'postgres',
      table: 'auth.sessions_2',
      query: (sql) => {
        sent.push(sql);
        return [{ kind: 'clock', keepuntil: '1.9' }];
      },
    });
    expect(await store.listSessions('subject')).toEqual([]);
    expect(sent[0]).toContain('FROM auth.sessions_2 WHERE');
  });

  it.each([
    ['nothing', undefined],
    ['a number', 1],
    ['an object without rows', { affectedRows: 1 }],
  ])('refuse a query function that returns %s for a SELECT', async (_name, answer) => {
    const store = new SqlRevocationStore({ dialect: 'mysql', query: () => answer });
    await expect(store.now()).rejects.toThrow('option "query" must return what the driver returns');
  });

  it('refuse a query function that does not return how many rows a write changed', async () => {
    const store = new SqlRevocationStore({ dialect: 'mysql', query: () => [] });
    await expect(store.deny('a', 'b', 1, 2)).rejects.toThrow('option "query" must return what the driver returns');
  });

  it('refuse a query function that does not return all rows', async () => {
    const store = new SqlRevocationStore({ dialect: 'postgres', query });
    await expect(store.now()).rejects.toThrow('must return all rows');
  });
});

describe('The problems of a database', () => {
  const problemsOf = (dialect: SqlRevocationStoreOptions['dialect'], row: object) =>
    new SqlRevocationStore({ dialect, query: () => [row] }).describeProblems();

  it.each([
    ['postgres', { replica: 1, missing: 0 }, ['The database is a replica']],
    [
      'postgres',
      { replica: '0', missing: '1' },
      ['The table jwt_revocation is missing: apply migrations/postgres.sql'],
    ],
    ['mysql', { replica: 1n, autocommit: 1, engine: 'InnoDB' }, ['The database is a replica']],
    ['mysql', { replica: 'OFF', autocommit: 0, engine: 'InnoDB' }, ['The connections have "autocommit" off']],
    ['mysql', { autocommit: 1, engine: 'MyISAM' }, ['uses the engine MyISAM']],
    [
      'mysql',
      { autocommit: 1, engine: 'InnoDB', logged: 1, format: 'STATEMENT' },
      ['The server replicates statements'],
    ],
    ['mysql', { autocommit: 1, engine: 'InnoDB', logged: 0, format: 'STATEMENT' }, []],
    ['sqlite', { version: '3.34.1', missing: 0 }, ['SQLite 3.34.1 is too old']],
    ['sqlite', { version: '3.35.0', missing: 1 }, ['The table jwt_revocation is missing']],
    ['postgres', { replica: 0, missing: 0, outdated: 1 }, ['apply migrations/postgres-notes.sql']],
    ['mysql', { autocommit: 1, engine: 'InnoDB', outdated: 1n }, ['apply migrations/mysql-notes.sql']],
    ['sqlite', { version: '4.0.0', missing: 0, outdated: 1 }, ['apply migrations/sqlite-notes.sql']],
    ['sqlite', { version: '4.0.0', missing: 0 }, []],
  ] as const)('%s: %j', async (dialect, row, problems) => {
    expect(await problemsOf(dialect, row)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });

  for (const database of databases) {
    database.describe(`on ${database.name}`, () => {
      let running: RunningDatabase;
      let connected: Connected;
      beforeAll(async () => {
        running = await database.start();
        connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
      });
      afterAll(async () => {
        await connected.close();
        await running.stop();
      });

      it('include a missing table', async () => {
        expect(await connected.store.describeProblems()).toEqual([]);
        await connected.query('DROP TABLE jwt_revocation', []);
        expect(await connected.store.describeProblems()).toEqual([expect.stringContaining('is missing: apply')]);
      });
    });
  }
});
