import { describeRevocationStore } from 'nestjs-jwt-extended/testing';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';

for (const database of databases) {
  database.describe(`SqlRevocationStore on ${database.name}`, () => {
    let running: RunningDatabase;
    beforeAll(async () => {
      running = await database.start();
    });
    afterAll(() => running.stop());

    describe.each(database.clients)('by $name', (client) => {
      let connected: Connected;
      beforeAll(async () => {
        connected = await client.connect(running.url);
      });
      afterAll(() => connected.close());
      describeRevocationStore('keeps the contract', () => ({ store: connected.store }));
    });
  });
}
