// Measures the guard alone on each transport, for tokens seen before, in units of the guard over HTTP.
import { setUp } from '../protections/index.mjs';
import { guardCaller } from '../harness/guard-caller.mjs';
import { newKeys } from '../harness/keys.mjs';
import { measureRounds, ratios } from '../harness/rounds.mjs';
import { summary } from '../harness/statistics.mjs';
import { FreshTexts, newTokens } from '../harness/tokens.mjs';

const ALGORITHM = 'HS256';
const TOKENS = 1000;

const request = (authorization) => ({ method: 'GET', url: '/', headers: { authorization } });

/** The arguments that Nest gives the guard for a call with a header, by the name of the transport. */
const CALLS = {
  'HTTP request': ['http', (text) => [request(text), {}, undefined]],
  'GraphQL operation': ['graphql', (text) => [undefined, {}, { req: request(text) }, {}]],
  'message on a socket': ['ws', (_text, socket) => [socket, {}, undefined, 'say']],
};
const UNIT = Object.keys(CALLS)[0];

export async function run({ effort }) {
  const keys = newKeys(ALGORITHM);
  const texts = new FreshTexts(newTokens(TOKENS, ALGORITHM, keys).map((token) => `Bearer ${token}`));
  const contenders = [];
  for (const id of ['open', 'extended-seen']) {
    const { call } = await guardCaller(await setUp(id, { algorithm: ALGORITHM, keys }));
    for (const [name, [type, argumentsOf]] of Object.entries(CALLS)) {
      const sockets = Array.from({ length: TOKENS }, (_, index) => newSocket(texts.at(index)));
      const run = (index) => call(type, argumentsOf(texts.at(index), sockets[index % TOKENS]));
      contenders.push({ name: `${id} ${name}`, isAsync: true, run, seesBefore: TOKENS });
    }
  }
  return [toTable(await measureRounds(contenders, effort))];
}

/** A socket of socket.io, as far as the guard reads it. The token of its first message is that of its handshake. */
function newSocket(authorization) {
  const headers = { host: 'localhost', authorization };
  return { handshake: { headers, url: '/socket.io/', auth: {}, query: {} } };
}

function toTable(samples) {
  const net = (name) => {
    const open = samples.get(`open ${name}`);
    return samples.get(`extended-seen ${name}`).map((value, round) => value - open[round]);
  };
  const rows = Object.keys(CALLS).map((name) => ({
    name,
    cells: {
      'the guard over HTTP': ratios(net(name), net(UNIT)),
      'CPU per call': summary(
        net(name).map((value) => value / 1000),
        'µs',
      ),
    },
  }));
  return {
    title: `guard alone on each transport, ${ALGORITHM}`,
    columns: ['the guard over HTTP', 'CPU per call'],
    rows,
  };
}
