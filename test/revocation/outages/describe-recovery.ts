import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { newSubject } from '../../support/store-calls.js';
import { until } from '../../support/until.js';
import { FAULTS, type Deployment, type FaultName, type TestedClient } from './faults.js';
import { RECOVERY } from './service.js';

/** WRITE_DOCS=true writes the measured times into this page. */
const PAGE = 'docs/operations/outages.md';

/** How long a fault lasts, in milliseconds: longer than each time limit of a connection. */
const DURATION = 4_000;

/** How long a call may take, in milliseconds. It is the default of `revocation.timeout`. */
const TIMEOUT = 1_000;

/** How many users each question is about: in a cluster, they are on all nodes. */
const USERS = 8;

const lookUp = (store: RevocationStore) => store.lookUp({ subject: newSubject(), sid: null, jti: 'a jti' });

/** Whether the store answers look-ups and writes of several users in time. */
async function answers(store: RevocationStore): Promise<boolean> {
  const ask = async () => {
    await lookUp(store);
    const deadline = (await store.now()) + TIMEOUT;
    if (!(await store.deny(newSubject(), 'a jti', 60_000, deadline))) throw new Error('The write is too late.');
  };
  const all = Promise.all(Array.from({ length: USERS }, ask)).then(
    () => true,
    () => false,
  );
  return Promise.race([all, sleep(TIMEOUT, false)]);
}

/** Measures for each client how long its store is missing after the end of each fault. */
export function describeRecovery(clients: readonly TestedClient[]): void {
  const times = new Map<string, Map<FaultName, number>>();

  for (const { name, faults, describe, start } of clients) {
    describe(`A store on ${name}`, () => {
      let deployment: Deployment | undefined;
      let load: NodeJS.Timeout | undefined;
      beforeAll(async () => {
        deployment = await start();
      });
      afterEach(() => clearInterval(load));
      afterAll(() => deployment?.stop());

      it.each(faults)('answers within 5 s after the end of the fault: %s', async (faultName) => {
        const { store, faults: all } = deployment as Deployment;
        const fault = all[faultName];
        await until(() => answers(store), RECOVERY);
        await fault?.begin();
        // One hundred look-ups a second, as in an application.
        load = setInterval(() => {
          Promise.resolve(store)
            .then(lookUp)
            .catch(() => undefined);
        }, 10);
        await sleep(DURATION);
        expect(await answers(store)).toBe(false);
        await fault?.end();
        const ended = performance.now();
        while (!(await answers(store))) await sleep(20);
        const milliseconds = performance.now() - ended;
        times.set(name, (times.get(name) ?? new Map<FaultName, number>()).set(faultName, milliseconds));
        // A busy machine gets twice the promised time.
        expect(milliseconds).toBeLessThan(2 * RECOVERY);
      });
    });
  }

  afterAll(() => {
    if (process.env.WRITE_DOCS !== 'true') return;
    for (const [name, measured] of times) {
      const seconds = FAULTS.map((fault) => measured.get(fault)).map(
        (time) => (time && (time / 1_000).toFixed(1)) ?? '–',
      );
      const row = `| ${[name, ...seconds].join(' | ')} |`;
      const page = readFileSync(PAGE, 'utf8');
      writeFileSync(PAGE, page.replace(new RegExp(`^\\| ${name} +\\|.*$`, 'm'), row));
    }
  });

  it.each(clients.map(({ name }) => name))('has a row on the page: %s', (name) => {
    expect(readFileSync(PAGE, 'utf8')).toMatch(new RegExp(`^\\| ${name} +\\|`, 'm'));
  });
}
