// Removes many expired entries, as the application does it.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { denialOf, subjectOf } from './entries.mjs';
import { whileProbed } from './holds.mjs';

/** The pause of src/sessions/purge-timer.ts. */
const PAUSE = 10;

/** Redis removes keys by itself: this is how long they live, in milliseconds. */
const LIFETIME = { least: 2_000, perEntry: 0.1 };

/** For so many milliseconds others are watched after all keys have expired. Redis leaves some of them for later. */
const WATCHED = 5_000;

export async function measurePurge(opened, prober, { expired, users }) {
  return opened.expired ? purgeRows(opened, prober, expired, users) : awaitExpiry(opened, prober, expired, users);
}

async function purgeRows({ store, loadDenials, settle, expired: countExpired }, prober, expired, users) {
  const past = Date.now() - 1000;
  await loadDenials(expiredDenials(expired, users, () => past));
  await settle();
  const measured = await whileProbed(prober, async () => {
    const start = performance.now();
    while (await store.purgeStep()) await sleep(PAUSE);
    const done = performance.now() - start;
    return { answered: done, done };
  });
  if ((await countExpired()) > 0) throw new Error('Expired rows are left.');
  return measured;
}

async function awaitExpiry({ loadDenials }, prober, expired, users) {
  const end = Date.now() + LIFETIME.least + expired * LIFETIME.perEntry;
  await loadDenials(expiredDenials(expired, users, () => end));
  if (Date.now() > end) throw new Error('The entries expired while they were loaded.');
  return whileProbed(prober, async () => {
    await sleep(end + WATCHED - Date.now());
    return {};
  });
}

function* expiredDenials(expired, users, until) {
  for (let index = 0; index < expired; index++) yield denialOf(subjectOf(index % users), `expired ${index}`, until());
}
