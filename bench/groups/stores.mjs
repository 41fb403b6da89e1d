// Measures each revocation store. A file in bench/stores exports a list of `{ name, open() }`. `open` returns
// `{ store, close() }`, or `{ skipped: 'reason' }` if its server is not installed. For a store on a server it also returns
// `roundTrips()` (the number so far), `plain` (a plain read by the same driver) and `canPush`.
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { skipped, summary } from '../harness/statistics.mjs';
import { measureRequests } from '../harness/store-requests.mjs';

const AMOUNTS = {
  full: { rounds: 7, calls: 500, subjects: 2000 },
  quick: { rounds: 3, calls: 60, subjects: 100 },
  smoke: { rounds: 1, calls: 2, subjects: 3 },
};

/** The number of concurrent calls, as in a server with that many concurrent requests. */
const CONCURRENCY = 16;
const LIMITS = { maxAge: null, leeway: 0, maxPerSubject: null };
const HOUR = 3_600_000;

export async function run({ effort, only }) {
  const rows = [];
  const requests = [];
  for (const contender of await contenders(only)) {
    const measured = await measureStore(contender, effort);
    rows.push(measured.row);
    requests.push(...measured.requests);
  }
  return [
    {
      title: 'revocation stores',
      columns: ['look-up', 'look-up in a session', 'deny', 'open a session', 'rotate', 'CPU per look-up'],
      rows,
      notes: [
        `The run has ${CONCURRENCY} concurrent calls, over loopback. The time is that of a call, as the caller measures it.`,
        'The CPU time is that of the application, without the server.',
      ],
    },
    {
      title: 'requests with a store',
      columns: ['round trips', 'per second', 'share of a plain read', 'share, one at a time', 'share, 64 at once'],
      rows: requests,
      notes: [
        `The run has ${CONCURRENCY} concurrent requests, without HTTP. They use the cached tokens of up to 200 sessions in turn.`,
        'The server and the application share the CPUs of the machine. A time includes the collection of young garbage.',
        'By default, node-redis 6 starts a timer for each plain GET, which costs more than the GET. The store starts none.',
      ],
    },
  ];
}

/** All stores, or those with a text in their names. */
async function contenders(only = '') {
  const folder = new URL('../stores/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, folder).href)));
  const all = modules.flatMap((module) => module.default);
  const chosen = all.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  if (chosen.length > 0) return chosen;
  throw new Error(`No store has "${only}" in its name. Known: ${all.map(({ name }) => name).join('; ')}.`);
}

async function measureStore({ name, open }, effort) {
  const opened = await open();
  if (opened.skipped) return { row: { name, cells: { 'look-up': skipped(opened.skipped) } }, requests: [] };
  try {
    const row = { name, cells: await measureCalls(opened.store, AMOUNTS[effort]) };
    return { row, requests: await measureRequests(name, opened, effort) };
  } finally {
    await opened.close();
  }
}

async function measureCalls(store, { rounds, calls, subjects }) {
  const people = Array.from({ length: subjects }, () => newSession());
  for (const { subject, sid, token } of people) await store.openSession(opening(subject, sid, token), Infinity);
  const person = (index) => people[index % people.length];
  const work = {
    'look-up': (index) => store.lookUp({ subject: person(index).subject, sid: null, jti: randomUUID() }),
    'look-up in a session': (index) => store.lookUp({ ...person(index), jti: randomUUID() }),
    deny: (index) => store.deny(person(index).subject, randomUUID(), HOUR, Infinity),
    'open a session': () => {
      const { subject, sid, token } = newSession();
      return store.openSession(opening(subject, sid, token), Infinity);
    },
    rotate: (index) => rotate(store, person(index)),
  };
  const samples = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  const cpu = [];
  for (let round = -1; round < rounds; round++) {
    for (const [name, call] of Object.entries(work)) {
      const took = await timeCalls(call, calls);
      if (round >= 0) samples[name].push(took.latency);
      if (round >= 0 && name === 'look-up') cpu.push(took.cpu);
    }
  }
  const cells = Object.entries(samples).map(([name, values]) => [name, summary(values, 'µs')]);
  return { ...Object.fromEntries(cells), 'CPU per look-up': summary(cpu, 'µs') };
}

/** Microseconds per call: the time that the caller waits, and the CPU time of this process. */
async function timeCalls(call, calls) {
  let next = 0;
  let waited = 0;
  const caller = async () => {
    while (next < calls) {
      const index = next++;
      const start = performance.now();
      const pending = call(index);
      // The caller does not await a synchronous result: it would then wait for the other callers too.
      if (typeof pending?.then === 'function') await pending;
      waited += performance.now() - start;
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  const { user, system } = process.cpuUsage(before);
  return { latency: (waited * 1000) / calls, cpu: (user + system) / calls };
}

function newSession() {
  const subject = randomBytes(16).toString('base64url');
  return { subject, sid: `${subject}.${randomBytes(16).toString('base64url')}`, token: newToken() };
}

function newToken() {
  return { id: randomUUID(), csrf: randomUUID(), issuedAt: Math.floor(Date.now() / 1000), lifetime: 86_400 };
}

function opening(subject, sid, token) {
  return { subject, sid, token, device: null, existing: false, ...LIMITS };
}

/** Rotates a session. Each call presents the successor of the call before. */
async function rotate(store, person) {
  const successor = newToken();
  const presented = person.token.id;
  person.token = successor;
  const { subject, sid } = person;
  const query = { subject, sid, presentedId: presented, successor, grace: 10_000, adopt: null, ...LIMITS };
  const { outcome } = await store.present(query, Infinity);
  if (outcome !== 'rotated') throw new Error(`The outcome of a valid rotation was "${outcome}".`);
}
