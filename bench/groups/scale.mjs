// Fills each shared store with sessions and denied tokens, and measures what they need, and what every operation takes then.
import { setTimeout as sleep } from 'node:timers/promises';
import { counted, skipped, summary } from '../harness/statistics.mjs';
import { denialOf, sessionOf, subjectOf } from '../scale/entries.mjs';
import { checkForms } from '../scale/forms.mjs';
import { whileProbed } from '../scale/holds.mjs';
import { measureOneUser } from '../scale/one-user.mjs';
import { OPERATION_NAMES, timeOperations } from '../scale/operations.mjs';
import { Asking, startProber } from '../scale/prober.mjs';
import { measurePurge } from '../scale/purging.mjs';
import { redis } from '../scale/redis-store.mjs';
import { mariadb, postgres, sqlite } from '../scale/sql-stores.mjs';

const AMOUNTS = {
  full: { rows: 1_000_000, calls: 500, rounds: 3 },
  quick: { rows: 20_000, calls: 100, rounds: 1 },
  smoke: { rows: 500, calls: 10, rounds: 1 },
};

const STORES = [postgres, mariadb, sqlite, redis];
const SESSIONS_PER_USER = 2;
const DAY = 86_400_000;

/** The longest wait without other work, for comparison. */
const IDLE = 2_000;

/** Fewer rows than these have too few users for the calls. */
const FEWEST_ROWS = 500;

export async function run({ effort, rows: wanted }) {
  const { calls, rounds, rows: usual } = AMOUNTS[effort];
  const rows = wanted ?? usual;
  if (!(rows >= FEWEST_ROWS)) throw new Error(`--rows must be a number of at least ${FEWEST_ROWS}.`);
  const amounts = {
    rows,
    calls: Math.min(calls, Math.floor(rows / 50)),
    rounds,
    users: Math.floor(rows / SESSIONS_PER_USER),
    expired: Math.floor(rows / 5),
    sessions: Math.min(10_000, rows),
  };
  const results = [];
  for (const { name, open } of STORES) {
    const opened = await open();
    results.push({ name, ...(opened.skipped ? opened : await measureStore(opened, amounts)) });
  }
  return [sizesTable(results, amounts), operationsTable(results), waitsTable(results, amounts)];
}

async function measureStore(opened, amounts) {
  let prober;
  try {
    await checkForms(opened);
    const now = Date.now();
    const bytes = await fill(opened, amounts, now);
    const operations = await timeOperations(opened.store, { ...amounts, now });
    prober = await proberOf(opened, amounts, now);
    const waits = [
      { name: 'nothing', measured: [await whileProbed(prober, () => sleep(IDLE, {}))] },
      { name: `${shown(amounts.expired)} expired entries`, measured: [await measurePurge(opened, prober, amounts)] },
      ...(await measureOneUser(opened, prober, amounts)),
    ];
    return { bytes, operations, waits };
  } finally {
    await prober?.close();
    await opened.close();
  }
}

/** Returns the bytes of a session and of a denied token. */
async function fill(opened, { rows, users }, now) {
  const sizeAfter = async (work) => {
    await work();
    await opened.settle();
    return opened.size();
  };
  const empty = await sizeAfter(() => undefined);
  const withSessions = await sizeAfter(() => opened.loadSessions(usersWithSessions(users, now)));
  const full = await sizeAfter(() => opened.loadDenials(denials(rows, users, now)));
  return { session: (withSessions - empty) / (users * SESSIONS_PER_USER), denial: (full - withSessions) / rows };
}

function* usersWithSessions(users, now) {
  for (let user = 0; user < users; user++) {
    const subject = subjectOf(user);
    const sessions = Array.from({ length: SESSIONS_PER_USER }, (_, index) => sessionOf(subject, user + index, now));
    yield { subject, sessions };
  }
}

/** Not user by user: tokens are denied in any order. */
function* denials(rows, users, now) {
  for (let index = 0; index < rows; index++) {
    yield denialOf(subjectOf(index % users), Math.floor(index / users), now + DAY + index);
  }
}

/** It looks up a session that no measurement changes. */
function proberOf({ prober, store }, { users }, now) {
  const subject = subjectOf(users - 1);
  const query = { subject, sid: sessionOf(subject, users - 1, now).sid, jti: denialOf(subject, 0, 0).jti };
  if (prober !== null) return startProber({ ...prober, query });
  const asking = new Asking(() => store.lookUp(query));
  return { start: () => asking.start(), stop: () => asking.stop(), close() {} };
}

function sizesTable(results, { rows }) {
  const columns = ['bytes per session', 'bytes per denied token'];
  return {
    title: `${shown(rows)} sessions and ${shown(rows)} denied tokens`,
    columns,
    rows: results.map(({ name, skipped: reason, bytes }) => {
      const cells = reason ? [skipped(reason)] : [counted(bytes.session, 'bytes'), counted(bytes.denial, 'bytes')];
      return { name, cells: Object.fromEntries(cells.map((cell, index) => [columns[index], cell])) };
    }),
  };
}

function operationsTable(results) {
  const measured = results.filter(({ operations }) => operations !== undefined);
  return {
    title: 'operations of full stores',
    columns: OPERATION_NAMES,
    rows: measured.map(({ name, operations }) => ({ name, cells: operations })),
  };
}

function waitsTable(results, { sessions }) {
  const cellsOf = (measured) => {
    const column = (field) =>
      summary(
        measured.map((round) => round[field]),
        'ms',
      );
    const isCall = measured[0].answered !== undefined;
    return {
      'until the answer': isCall ? column('answered') : undefined,
      'until all is removed': isCall ? column('done') : undefined,
      'event loop held': column('loop'),
      'wait of another process': column('others'),
    };
  };
  const measured = results.filter(({ waits }) => waits !== undefined);
  return {
    title: `large work, with ${shown(sessions)} sessions of one user`,
    columns: ['until the answer', 'until all is removed', 'event loop held', 'wait of another process'],
    rows: measured.flatMap(({ name, waits }) =>
      waits.map((wait) => ({ name: `${name}: ${wait.name}`, cells: cellsOf(wait.measured) })),
    ),
  };
}

function shown(number) {
  return number.toLocaleString('en-US');
}
