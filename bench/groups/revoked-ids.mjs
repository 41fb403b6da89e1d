// Measures the memory of a MemoryRevocationStore per denied token and per session, and its longest pause.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { bytesInUse } from '../harness/memory.mjs';
import { counted } from '../harness/statistics.mjs';
import { loadLibrary } from '../library.mjs';

const ENTRIES = { full: 1_000_000, quick: 100_000, smoke: 1000 };
const MONTH = 30 * 86_400_000;

const uuid = (prefix, index) => `${prefix}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
const subject = (index) => `subject-${index.toString(36).padStart(14, '0')}`;

export async function run({ effort }) {
  const { MemoryRevocationStore } = await loadLibrary();
  const entries = ENTRIES[effort];
  const rows = measure(MemoryRevocationStore, entries).map(
    ([name, { bytes, meanUs, longestMs, withoutWaitingMs }]) => ({
      name,
      cells: {
        'bytes each': bytes === undefined ? undefined : counted(bytes, 'bytes'),
        'mean call': counted(meanUs, 'µs'),
        'longest call': counted(longestMs, 'ms'),
        'longest call without CPU wait': counted(withoutWaitingMs, 'ms'),
      },
    }),
  );
  const columns = Object.keys(rows[0].cells);
  return [{ title: `MemoryRevocationStore, ${entries.toLocaleString('en-US')} denied tokens`, columns, rows }];
}

function measure(MemoryRevocationStore, entries) {
  let now = Date.now();
  const store = new MemoryRevocationStore({ now: () => now });
  // Warm-up: V8 compiles the code, and all these entries expire.
  timed(entries / 10, (index) => store.deny('warm', uuid('aaaaaaaa', index), 1, Infinity));
  now += 1_000;
  timed(entries / 5, () => store.lookUp({ subject: 'warm', sid: null, jti: null }));
  const before = bytesInUse();

  const deny = timed(entries, (index) => {
    store.deny(subject(index), uuid('bbbbbbbb', index), 60_000 + (index % MONTH), Infinity);
  });
  deny.bytes = (bytesInUse() - before) / entries;

  const lookUp = timed(entries, (index) => {
    const { denied } = store.lookUp({ subject: subject(index), sid: null, jti: uuid('bbbbbbbb', index) });
    if (!denied) throw new Error(`The store lost the denied token ${index}.`);
  });

  // All entries expire at once. The store then goes on with new denied tokens.
  now += 60_000 + MONTH;
  const expiry = timed(entries, (index) => {
    store.deny(subject(index % 1_000), uuid('cccccccc', index % 1_000), 60_000, Infinity);
  });
  const empty = bytesInUse();
  expiry.bytes = (empty - before) / entries;

  // Sessions are plain objects. Their number is a tenth of the denied tokens.
  const open = timed(entries / 10, (index) => store.openSession(newSession(index), Infinity));
  open.bytes = (bytesInUse() - empty) / (entries / 10);
  return Object.entries({
    deny,
    'look up': lookUp,
    'deny, after all entries have expired': expiry,
    'open a session': open,
  });
}

function newSession(index) {
  const token = {
    id: uuid('dddddddd', index),
    csrf: uuid('eeeeeeee', index),
    issuedAt: 1_700_000_000,
    lifetime: 3_600,
  };
  const limits = { maxAge: null, leeway: 0, maxPerSubject: 5 };
  return {
    subject: subject(index),
    sid: `${subject(index)}.${index}`,
    token,
    device: null,
    existing: false,
    ...limits,
  };
}

/** The total time that this thread has waited for a CPU, in milliseconds. It is 0 if the system does not report it. */
function waited() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** The mean call, the longest call, and the longest call without the time that it waited for a CPU. */
function timed(times, action) {
  let longest = 0;
  let longestOfOurs = 0;
  let atLastLook = waited();
  const from = performance.now();
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    action(index);
    const took = performance.now() - start;
    if (took > longest) longest = took;
    if (took < 0.5 && index % 1_000 > 0) continue;
    const waitedSoFar = waited();
    longestOfOurs = Math.max(longestOfOurs, took - (waitedSoFar - atLastLook));
    atLastLook = waitedSoFar;
  }
  const meanUs = ((performance.now() - from) / times) * 1_000;
  return { longestMs: longest, withoutWaitingMs: longestOfOurs, meanUs };
}
