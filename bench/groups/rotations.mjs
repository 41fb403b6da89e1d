// Compares the rotations of each shared store with a compare-and-set that was written by hand for the same driver.
import { performance } from 'node:perf_hooks';
import { newToken, opening, presenting, sessionOf, subjectOf } from '../scale/entries.mjs';
import { skipped, summary } from '../harness/statistics.mjs';
import redisStores from '../stores/redis.mjs';
import sqlStores from '../stores/sql.mjs';

const AMOUNTS = {
  full: { rounds: 15, rotations: 640 },
  quick: { rounds: 5, rotations: 128 },
  smoke: { rounds: 1, rotations: 4 },
};

/** The numbers of concurrent rotations. Each caller has a session of its own. */
const CALLERS = [1, 16];
const SESSIONS = Math.max(...CALLERS);

const COLUMNS = ['share, 16 at once', 'share, one at a time', 'per second, 16 at once', 'by hand'];

export async function run({ effort }) {
  const rows = [];
  for (const { name, open } of [...redisStores, ...sqlStores]) {
    rows.push({ name, cells: await measureStore(await open(), AMOUNTS[effort]) });
  }
  const notes = [
    'By hand, a rotation is one statement or one script that replaces the token if it is the current one.',
  ];
  return [{ title: 'rotations, compared with a compare-and-set by hand', columns: COLUMNS, rows, notes }];
}

async function measureStore(opened, { rounds, rotations }) {
  if (opened.skipped) return { [COLUMNS[0]]: skipped(opened.skipped) };
  try {
    const ways = await waysOf(opened);
    const perSecond = Object.fromEntries(CALLERS.map((callers) => [callers, { store: [], byHand: [] }]));
    for (let round = -1; round < rounds; round++) {
      for (const callers of CALLERS) {
        // The order changes each round, so that neither of the two always comes first.
        const order = round % 2 === 0 ? ['store', 'byHand'] : ['byHand', 'store'];
        for (const way of order) {
          const rate = await ratePerSecond(ways[way], rotations, callers);
          if (round >= 0) perSecond[callers][way].push(rate);
        }
      }
    }
    const share = ({ store, byHand }) =>
      summary(
        store.map((rate, round) => rate / byHand[round]),
        'x',
      );
    const [shareAtOnce, shareAlone] = [share(perSecond[16]), share(perSecond[1])];
    const rates = [summary(perSecond[16].store, ''), summary(perSecond[16].byHand, '')];
    return Object.fromEntries([shareAtOnce, shareAlone, ...rates].map((cell, index) => [COLUMNS[index], cell]));
  } finally {
    await opened.close();
  }
}

/** Two functions that rotate the session of a caller. */
async function waysOf({ store, byHand }) {
  const sessionsOf = () =>
    Array.from({ length: SESSIONS }, (_, index) => {
      const subject = subjectOf(`rotating ${index}`);
      return { subject, sid: sessionOf(subject, 0, Date.now()).sid, token: newToken() };
    });
  const [own, other] = [sessionsOf(), sessionsOf()];
  for (const { subject, sid, token } of own) {
    await store.openSession({ ...opening(subject, sid), token }, Infinity);
  }
  await byHand.prepare(other);
  const rotating = (sessions, rotate) => async (caller) => {
    const session = sessions[caller];
    const successor = newToken();
    if (!(await rotate(session, successor))) throw new Error('A valid rotation was refused.');
    session.token = successor;
  };
  return {
    store: rotating(own, async ({ subject, sid, token }, successor) => {
      const { outcome } = await store.present(presenting(subject, { sid, currentId: token.id }, successor), Infinity);
      return outcome === 'rotated';
    }),
    byHand: rotating(other, ({ sid, token }, successor) => byHand.rotate(sid, token.id, successor)),
  };
}

async function ratePerSecond(rotate, rotations, callers) {
  const start = performance.now();
  const work = async (caller) => {
    for (let rotation = 0; rotation < rotations / callers; rotation++) await rotate(caller);
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => work(caller)));
  return (Math.ceil(rotations / callers) * callers * 1000) / (performance.now() - start);
}
