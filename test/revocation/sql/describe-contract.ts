import { describeRevocationStore } from 'nestjs-jwt-extended/testing';
import { describeWithProgram, type Program } from '../../support/programs.js';
import { describeDecisions } from '../decisions/describe-decisions.js';
import type { Connected, SqlClient } from './clients.js';
import { databases, type Database, type RunningDatabase } from './databases.js';
import { seededStore } from './seeded-store.js';

const BROUGHT_BY_NPM: Program = { isInstalled: true, install: 'npm ci' };

/** Runs the suite of stores on a database with each of its clients, and the cases of the decisions with the first one. */
export function describeContract(name: 'PostgreSQL' | 'MariaDB' | 'SQLite'): void {
  for (const database of databases.filter((each) => each.name === name)) {
    database.describe(`SqlRevocationStore on ${name}`, () => {
      let running: RunningDatabase;
      beforeAll(async () => {
        running = await database.start();
      });
      afterAll(() => running.stop());

      for (const client of database.clients) describeClient(client, () => running.url);
      describe('The decisions', () => describeCases(database, () => running.url));
    });
  }
}

function describeClient({ name, needs = BROUGHT_BY_NPM, connect }: SqlClient, url: () => string): void {
  describeWithProgram(needs, `with ${name}`, () => {
    let connected: Connected;
    let peer: Connected;
    beforeAll(async () => {
      connected = await connect(url());
      peer = await connect(url());
    });
    afterAll(async () => {
      await connected.close();
      await peer.close();
    });
    describeRevocationStore('The contract', () => ({ store: connected.store, peer: peer.store }));
  });
}

function describeCases({ dialect, clients }: Database, url: () => string): void {
  let connected: Connected;
  beforeAll(async () => {
    connected = await (clients[0] as SqlClient).connect(url());
  });
  afterAll(() => connected.close());
  describeDecisions(() => seededStore(dialect, connected));
}
