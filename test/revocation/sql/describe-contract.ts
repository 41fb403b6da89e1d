import { describeRevocationStore } from 'nestjs-jwt-extended/testing';
import { describeWithProgram } from '../../support/database-process.js';
import type { Connected, SqlClient } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';

/** The suite of stores, on a database by each of its clients. */
export function describeContract(name: 'PostgreSQL' | 'MariaDB' | 'SQLite'): void {
  for (const database of databases.filter((each) => each.name === name)) {
    database.describe(`SqlRevocationStore on ${name}`, () => {
      let running: RunningDatabase;
      beforeAll(async () => {
        running = await database.start();
      });
      afterAll(() => running.stop());

      for (const client of database.clients) describeClient(client, () => running.url);
    });
  }
}

function describeClient({ name, missing, connect }: SqlClient, url: () => string): void {
  describeWithProgram(`by ${name}`, missing === undefined ? name : undefined, missing ?? '', () => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await connect(url());
    });
    afterAll(() => connected.close());
    describeRevocationStore('keeps the contract', () => ({ store: connected.store }));
  });
}
