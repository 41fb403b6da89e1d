// Measures the guard alone, in units of one bare check. Nest's guards consumer calls it, without HTTP.
import { bareVerifier } from '../contenders/bare.mjs';
import { httpGuardCaller } from '../harness/guard-caller.mjs';
import { newKeys } from '../harness/keys.mjs';
import { measureRounds, ratios } from '../harness/rounds.mjs';
import { skipped, summary } from '../harness/statistics.mjs';
import { FreshTexts, newTokens } from '../harness/tokens.mjs';
import { PROTECTIONS, setUp } from '../protections/index.mjs';

const OPEN = 'open route';
const UNIT = 'one bare check';
const TOKENS = 1000;
const ALGORITHMS = ['HS256', 'RS256', 'ES256'];
/** The protections that need no server. The plugin of Fastify needs a real request. */
const WITHOUT_SERVER = Object.keys(PROTECTIONS).filter((id) => !id.startsWith('fastify'));

export async function run({ effort }) {
  const tables = [];
  for (const algorithm of ALGORITHMS) {
    tables.push(await acceptedToken(algorithm, effort));
    tables.push(await expiredToken(algorithm, effort));
  }
  return tables;
}

function acceptedToken(algorithm, effort) {
  return compare({ title: `guard alone, ${algorithm}`, algorithm, effort, ids: WITHOUT_SERVER });
}

/** Measures the refusal of an expired token, because any client can cause that work. */
function expiredToken(algorithm, effort) {
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

/** If the application refuses its options, the report has the message. */
async function tryToStart(protection, headers, isRefused) {
  try {
    return await contenderFor(protection, headers, isRefused);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return skipped(`${protection.name}: ${error.message.split('. ')[0]}`);
  }
}

async function contenderFor(protection, headers, isRefused) {
  const { call } = await httpGuardCaller(protection);
  const activate = (index) => call(headers.at(index));
  const mustRefuse = isRefused && !protection.isOpen;
  await expectResult(activate, mustRefuse, protection.name);
  const swallow = () => undefined;
  const run = mustRefuse ? (index) => activate(index).catch(swallow) : activate;
  return { name: protection.name, isAsync: true, run, seesBefore: protection.remembers ? TOKENS : 0 };
}

/** Checks the result of the guard first, because the time of a wrong result means nothing. */
async function expectResult(activate, mustRefuse, name) {
  for (let index = 0; index < 3; index++) {
    const isAccepted = await activate(index).catch(() => false);
    if (isAccepted === mustRefuse) {
      throw new Error(`${name} ${isAccepted ? 'accepts an expired token' : 'refuses a valid token'}.`);
    }
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
  rows.push({ name: "Nest's own part (subtracted above)", cells: { units: ratios(overhead, unit), ...own } });
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
