// What each revocation store costs. A file in bench/stores exports a list of `{ name, open() }`; `open` answers
// `{ store, close() }`, or `{ skipped: 'reason' }` where what it needs is not installed. A store on a server answers besides
// how many `roundTrips()` there were so far, what a `plain` read of the same driver is, and whether it `canPush`.
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

/** So many calls are under way at once, as in a server with that many requests. */
const CONCURRENCY = 16;
const LIMITS = { maxAge: null, leeway: 0, maxPerSubject: null };
const HOUR = 3_600_000;

export async function run({ effort }) {
  const rows = [];
  const requests = [];
  for (const contender of await contenders()) {
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
        `${CONCURRENCY} calls under way at once, on loopback; time per call as a caller sees it.`,
        'CPU is that of the application; the server has its own.',
      ],
    },
    {
      title: 'requests judged on a store',
      columns: ['round trips', 'per second', 'of a plain read'],
      rows: requests,
      notes: [
        `${CONCURRENCY} requests under way at once, without HTTP, with tokens of up to 200 sessions in turn that were verified before.`,
        'Server and application share the processors of this machine.',
      ],
    },
  ];
}

async function contenders() {
  const folder = new URL('../stores/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, folder).href)));
  return modules.flatMap((module) => module.default);
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

/** Microseconds per call: how long a caller waits, and the CPU time of this process. */
async function timeCalls(call, calls) {
  let next = 0;
  let waited = 0;
  const caller = async () => {
    while (next < calls) {
      const index = next++;
      const start = performance.now();
      const pending = call(index);
      // A store that answers at once makes nobody wait for the other callers.
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

/** A session's rotations come one after the other: each presents what the last one was given. */
async function rotate(store, person) {
  const successor = newToken();
  const presented = person.token.id;
  person.token = successor;
  const { subject, sid } = person;
  const query = { subject, sid, presentedId: presented, successor, grace: 10_000, adopt: null, ...LIMITS };
  const { outcome } = await store.present(query, Infinity);
  if (outcome !== 'rotated') throw new Error(`A rotation that should succeed was answered "${outcome}".`);
}
