// Measures the memory of a cached token, and compares a cache that is too small with no cache.
import { newKeys } from '../harness/keys.mjs';
import { httpGuardCaller } from '../harness/guard-caller.mjs';
import { bytesInUse } from '../harness/memory.mjs';
import { measureRounds, ratios } from '../harness/rounds.mjs';
import { counted, summary } from '../harness/statistics.mjs';
import { FreshTexts, newTokens } from '../harness/tokens.mjs';
import { setUpExtended } from '../protections/index.mjs';

const AMOUNTS = { full: 10_000, quick: 10_000, smoke: 100 };
const ALGORITHM = 'HS256';
const WITHOUT = 'nestjs-jwt-extended, cache off';

export async function run({ effort }) {
  const tokens = AMOUNTS[effort];
  return [await sizes(tokens), await inTurn(tokens, effort)];
}

async function sizes(tokens) {
  const rows = [];
  for (const revocation of [false, true]) {
    const name = revocation ? 'verified, with a look-up in a MemoryRevocationStore' : 'verified';
    rows.push({ name, cells: { 'bytes each': counted(await bytesPerToken(tokens, revocation), 'bytes') } });
  }
  return { title: `cached ${ALGORITHM} tokens, ${number(tokens)}`, columns: ['bytes each'], rows };
}

async function bytesPerToken(tokens, revocation) {
  const keys = newKeys(ALGORITHM);
  const cache = { maxTokens: 4 * tokens, maxBytes: 2 ** 30 };
  const { call } = await httpGuardCaller(await setUpExtended({ algorithm: ALGORITHM, keys, cache, revocation }));
  // One by one, so that only the cache references the tokens. The first call of `present` is for the compiler. Each token is
  // presented twice, because the cache stores the keys of the look-up on the second request.
  const present = async (count) => {
    for (let index = 0; index < count; index++) {
      const text = Buffer.from(`Bearer ${newTokens(1, ALGORITHM, keys)[0]}`);
      for (let time = 0; time < 2; time++) await call(text.latin1Slice());
    }
  };
  await present(tokens);
  const before = bytesInUse();
  await present(tokens);
  return (bytesInUse() - before) / tokens;
}

async function inTurn(tokens, effort) {
  const keys = newKeys(ALGORITHM);
  const headers = new FreshTexts(newTokens(tokens, ALGORITHM, keys).map((token) => `Bearer ${token}`));
  const contenders = [];
  for (const cache of [false, { maxTokens: tokens / 10 }, { maxTokens: 2 * tokens }]) {
    const protection = await setUpExtended({ algorithm: ALGORITHM, keys, cache });
    const { call } = await httpGuardCaller(protection);
    const run = (index) => call(headers.at(index));
    contenders.push({ name: protection.name, isAsync: true, run, seesBefore: cache ? tokens : 0 });
  }
  const samples = await measureRounds(contenders, effort);
  const without = samples.get(WITHOUT);
  const rows = [...samples].map(([name, values]) => ({
    name,
    cells: { 'relative to no cache': ratios(values, without), 'CPU per call': summary(values.map(microseconds), 'µs') },
  }));
  return { title: `${number(tokens)} tokens in turn`, columns: ['relative to no cache', 'CPU per call'], rows };
}

const number = (value) => value.toLocaleString('en-US');

const microseconds = (nanoseconds) => nanoseconds / 1000;
