// Measures the memory of a MemoryRevocationStore per denied token, and its longest pause:
// node --expose-gc test/revocation/memory/million-denials.mjs [entries]
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { loadSource } from '../../support/load-source.mjs';

if (!globalThis.gc) throw new Error('Run this with node --expose-gc: it counts bytes.');

const entries = Number(process.argv[2] ?? 1_000_000);
const { MemoryRevocationStore } = await loadSource('stores/memory/memory-revocation.store.ts');

const MONTH = 30 * 86_400_000;
let now = Date.now();
const uuid = (prefix, index) => `${prefix}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
const subject = (index) => `subject-${index.toString(36).padStart(14, '0')}`;

function memory() {
  // The second collection frees the memory of typed arrays.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { used: heapUsed + arrayBuffers, rss };
}

/** How long this thread has waited for a processor so far, in milliseconds; 0 if the system does not report it. */
function waited() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** The longest call, with and without its wait for a processor, and the mean call. */
function timed(times, action) {
  let longest = 0;
  let longestWithoutWait = 0;
  let atLastLook = waited();
  const from = performance.now();
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    action(index);
    const took = performance.now() - start;
    if (took > longest) longest = took;
    if (took < 0.5 && index % 1_000 > 0) continue;
    const waitedSoFar = waited();
    longestWithoutWait = Math.max(longestWithoutWait, took - (waitedSoFar - atLastLook));
    atLastLook = waitedSoFar;
  }
  const meanUs = ((performance.now() - from) / times) * 1_000;
  const round = (value) => Math.round(value * 100) / 100;
  return { longestMs: round(longest), withoutWaitingMs: round(longestWithoutWait), meanUs: round(meanUs) };
}

const store = new MemoryRevocationStore({ now: () => now });
// Warm-up: the code gets compiled, and these denials expire.
timed(100_000, (index) => store.deny('warm', uuid('aaaaaaaa', index), 1, Infinity));
now += 1_000;
timed(200_000, () => store.lookUp({ subject: 'warm', sid: null, jti: null }));
const before = memory();

const insert = timed(entries, (index) => {
  store.deny(subject(index), uuid('bbbbbbbb', index), 60_000 + (index % MONTH), Infinity);
});
const full = memory();
const bytes = {
  used: Math.round((full.used - before.used) / entries),
  rss: Math.round((full.rss - before.rss) / entries),
};

const lookUp = timed(entries, (index) => {
  const { denied } = store.lookUp({ subject: subject(index), sid: null, jti: uuid('bbbbbbbb', index) });
  if (!denied) throw new Error(`The denial of ${index} was lost.`);
});

// All denials expire at once. The store gets new ones.
now += 60_000 + MONTH;
const expiry = timed(entries, (index) => {
  store.deny(subject(index % 1_000), uuid('cccccccc', index % 1_000), 60_000, Infinity);
});
const empty = memory();
const bytesLeft = { used: Math.round((empty.used - before.used) / entries) };

// Sessions: a tenth of the number of denied tokens.
const sessions = { count: entries / 10 };
sessions.open = timed(sessions.count, (index) => {
  const token = {
    id: uuid('dddddddd', index),
    csrf: uuid('eeeeeeee', index),
    issuedAt: 1_700_000_000,
    lifetime: 3_600,
  };
  const limits = { maxAge: null, leeway: 0, maxPerSubject: 5 };
  const open = { subject: subject(index), sid: `${subject(index)}.${index}`, token, device: null, existing: false };
  store.openSession({ ...open, ...limits }, Infinity);
});
sessions.bytes = Math.round((memory().used - empty.used) / sessions.count);

console.log(JSON.stringify({ entries, bytes, bytesLeft, insert, lookUp, expiry, sessions }, null, 2));
