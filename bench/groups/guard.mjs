// The guard alone, called as Nest calls it (its guards consumer), without HTTP: in units of one bare check.
import { bareVerifier } from '../contenders/bare.mjs';
import { guardCaller } from '../harness/guard-caller.mjs';
import { newKeys } from '../harness/keys.mjs';
import { measureRounds, ratios } from '../harness/rounds.mjs';
import { skipped, summary } from '../harness/statistics.mjs';
import { FreshTexts, newTokens } from '../harness/tokens.mjs';
import { PROTECTIONS, setUp } from '../protections/index.mjs';

const OPEN = 'open route';
const UNIT = 'one bare check';
const TOKENS = 1000;
const ALGORITHMS = ['HS256', 'RS256', 'ES256'];
/** They need a server: the plugin lives in Fastify's request. */
const WITHOUT_SERVER = Object.keys(PROTECTIONS).filter((id) => !id.startsWith('fastify'));

export async function run({ effort }) {
  const tables = [];
  for (const algorithm of ALGORITHMS) {
    tables.push(await letIn(algorithm, effort));
    tables.push(await refused(algorithm, effort));
  }
  return tables;
}

function letIn(algorithm, effort) {
  return compare({ title: `guard alone, ${algorithm}`, algorithm, effort, ids: WITHOUT_SERVER });
}

/** A token whose time is over: what an attacker, or a client that does not watch the clock, can have us do. */
function refused(algorithm, effort) {
  const title = `guard alone, ${algorithm}, refusing an expired token`;
  const ids = WITHOUT_SERVER.filter((id) => id !== 'extended-first-revocation');
  return compare({ title, algorithm, effort, ids, expiresIn: -60 });
}

async function compare({ title, algorithm, effort, ids, expiresIn }) {
  const keys = newKeys(algorithm);
  const headers = new FreshTexts(newTokens(TOKENS, algorithm, keys, expiresIn).map((token) => `Bearer ${token}`));
  const notes = [];
  const contenders = [];
  for (const id of ids) {
    const protection = await setUp(id, { algorithm, keys });
    const made = protection.skipped ? protection : await tryToStart(protection, headers, expiresIn !== undefined);
    if (made.skipped) notes.push(made.skipped);
    else contenders.push(made);
  }
  const texts = new FreshTexts(newTokens(TOKENS, algorithm, keys));
  const verify = bareVerifier(algorithm, keys);
  contenders.push({ name: UNIT, run: (index) => verify(texts.at(index)) });
  contenders.push({ name: 'text', run: (index) => texts.at(index) });
  return toTable(title, await measureRounds(contenders, effort), notes);
}

/** An application that refuses its options says why. */
async function tryToStart(protection, headers, isRefused) {
  try {
    return await contenderFor(protection, headers, isRefused);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return skipped(`${protection.name}: ${error.message.split('. ')[0]}`);
  }
}

async function contenderFor(protection, headers, isRefused) {
  const { call } = await guardCaller(protection);
  const activate = (index) => call(headers.at(index));
  const mustRefuse = isRefused && !protection.isOpen;
  await expectAnswer(activate, mustRefuse, protection.name);
  const swallow = () => undefined;
  const run = mustRefuse ? (index) => activate(index).catch(swallow) : activate;
  return { name: protection.name, isAsync: true, run, seesBefore: protection.remembers ? TOKENS : 0 };
}

/** A guard that lets in, or refuses, what it should not would be measured for nothing. */
async function expectAnswer(activate, mustRefuse, name) {
  for (let index = 0; index < 3; index++) {
    const isLetIn = await activate(index).catch(() => false);
    if (isLetIn === mustRefuse) throw new Error(`${name} ${isLetIn ? 'lets in' : 'refuses'} what it should not.`);
  }
}

function toTable(title, samples, notes) {
  const overhead = samples.get(OPEN);
  const text = samples.get('text');
  const unit = samples.get(UNIT).map((value, round) => value - text[round]);
  for (const name of [OPEN, UNIT, 'text']) samples.delete(name);
  const rows = [...samples].map(([name, values]) => {
    const net = values.map((value, round) => value - overhead[round]);
    return {
      name,
      cells: {
        units: ratios(net, unit),
        'CPU per call': summary(
          net.map((value) => value / 1000),
          'µs',
        ),
      },
    };
  });
  const own = {
    'CPU per call': summary(
      overhead.map((value) => value / 1000),
      'µs',
    ),
  };
  rows.push({ name: "Nest's own part (taken off above)", cells: { units: ratios(overhead, unit), ...own } });
  rows.push({
    name: UNIT,
    cells: {
      'CPU per call': summary(
        unit.map((value) => value / 1000),
        'µs',
      ),
    },
  });
  return { title, columns: ['units', 'CPU per call'], rows, notes };
}
