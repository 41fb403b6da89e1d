// Measures verifying and signing per algorithm, without Nest.
import * as bare from '../contenders/bare.mjs';
import * as extended from '../contenders/extended.mjs';
import * as fastJwt from '../contenders/fast-jwt.mjs';
import * as fastifyJwt from '../contenders/fastify-jwt.mjs';
import * as jose from '../contenders/jose.mjs';
import * as nestJwt from '../contenders/nest-jwt.mjs';
import { ALGORITHMS, newKeys } from '../harness/keys.mjs';
import { measureRounds, ratios } from '../harness/rounds.mjs';
import { skipped, summary } from '../harness/statistics.mjs';
import { FreshTexts, newClaims, newTokens } from '../harness/tokens.mjs';

const CONTENDERS = [bare, extended, nestJwt, fastJwt, fastifyJwt, jose];
const TOKENS = 1000;
const OVERHEAD = 'making the text';

export async function run({ effort }) {
  const tables = [];
  for (const algorithm of ALGORITHMS) tables.push(...(await runAlgorithm(algorithm, effort)));
  return tables;
}

async function runAlgorithm(algorithm, effort) {
  const keys = newKeys(algorithm);
  const made = [];
  const notes = [];
  for (const contender of CONTENDERS) {
    const result = await tryToCreate(contender, algorithm, keys);
    if (result.skipped) notes.push(result.skipped);
    else made.push(result);
  }
  return [
    await verifying(
      algorithm,
      keys,
      made.flatMap(({ verifiers }) => verifiers),
      notes,
      effort,
    ),
    await signing(
      algorithm,
      made.flatMap(({ signers }) => signers),
      notes,
      effort,
    ),
  ];
}

/** If a contender does not support an algorithm, the report says so. */
async function tryToCreate(contender, algorithm, keys) {
  try {
    return await contender.create(algorithm, keys);
  } catch (error) {
    return skipped(`${contender.name}: ${error.message.split('. ')[0]}`);
  }
}

async function verifying(algorithm, keys, verifiers, notes, effort) {
  const texts = new FreshTexts(newTokens(TOKENS, algorithm, keys));
  const contenders = verifiers.map(({ run, remembers, ...rest }) => ({
    ...rest,
    run: (index) => run(texts.at(index)),
    seesBefore: remembers ? TOKENS : 0,
  }));
  contenders.push({ name: OVERHEAD, run: (index) => texts.at(index) });
  const samples = await measureRounds(contenders, effort);
  return toTable(`verify ${algorithm}`, samples, notes);
}

async function signing(algorithm, signers, notes, effort) {
  // Making the claims, with their two UUIDs, is part of the measurement, because this library makes them itself.
  const contenders = signers.map(({ run, makesClaims, ...rest }) => ({
    ...rest,
    run: makesClaims ? run : (index) => run(newClaims(index)),
  }));
  return toTable(`sign ${algorithm}`, await measureRounds(contenders, effort), notes);
}

function toTable(title, samples, notes) {
  const overhead = samples.get(OVERHEAD) ?? samples.get(bare.name).map(() => 0);
  samples.delete(OVERHEAD);
  const unit = samples.get(bare.name);
  const rows = [...samples].map(([name, values]) => ({
    name,
    cells: { 'relative to bare': ratios(values, unit, overhead), 'CPU per call': microseconds(values, overhead) },
  }));
  return { title, columns: ['relative to bare', 'CPU per call'], rows, notes };
}

function microseconds(values, overhead) {
  return summary(
    values.map((value, round) => (value - overhead[round]) / 1000),
    'µs',
  );
}
