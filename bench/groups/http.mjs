// Compares protected routes with an open route, over HTTP. Each server has its own process. This process sends the requests.
import { newKeys } from '../harness/keys.mjs';
import { ratios } from '../harness/rounds.mjs';
import { summary } from '../harness/statistics.mjs';
import { newTokens } from '../harness/tokens.mjs';
import { LoadClient } from '../http/load-client.mjs';
import { ServerProcess } from '../http/server-process.mjs';
import { PROTECTIONS } from '../protections/index.mjs';

const AMOUNTS = {
  full: { rounds: 11, requests: 4000, warmUp: 12_000 },
  quick: { rounds: 3, requests: 400, warmUp: 1500 },
  smoke: { rounds: 1, requests: 20, warmUp: 20 },
};

const LOADS = [
  { algorithm: 'HS256', tokens: 1 },
  { algorithm: 'HS256', tokens: 1000 },
  { algorithm: 'HS256', tokens: 10_000 },
  { algorithm: 'HS256', tokens: 1000, isExpired: true },
  { algorithm: 'RS256', tokens: 10_000 },
  { algorithm: 'ES256', tokens: 10_000 },
];
/** The loads of each effort: `quick` for an estimate, `smoke` to check that every part runs. */
const LOADS_OF = { full: LOADS, quick: [LOADS[2]], smoke: [LOADS[1]] };
const IDS_OF = {
  full: /./,
  quick: /^(open|documentation|fastify-jwt-cached|extended-first|extended-seen)$/,
  smoke: /^(open|documentation|extended-seen)$/,
};
const ADAPTERS = ['express', 'fastify'];
const OPEN = 'open';

export async function run({ effort }) {
  const tables = [];
  for (const adapter of ADAPTERS) {
    for (const load of LOADS_OF[effort]) tables.push(await runLoad(adapter, load, effort));
  }
  return tables;
}

async function runLoad(adapter, load, effort) {
  const keys = newKeys(load.algorithm);
  const ids = Object.keys(PROTECTIONS).filter((id) => IDS_OF[effort].test(id));
  const started = await Promise.all(ids.map((id) => ServerProcess.start(id, adapter, load.algorithm, keys)));
  const servers = started.filter((server) => server.port !== undefined);
  const notes = started.flatMap(({ skipped }) => skipped ?? []);
  try {
    return toTable(adapter, load, await measureServers(servers, load, keys, AMOUNTS[effort]), notes);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function measureServers(servers, load, keys, { rounds, requests, warmUp }) {
  const expiresIn = load.isExpired ? -60 : undefined;
  const lines = newTokens(load.tokens, load.algorithm, keys, expiresIn).map(requestWith);
  const entries = servers.map((server, index) => ({
    server,
    client: new LoadClient(server.port, lines, load.isExpired && index > 0 ? 401 : 200),
    cpu: [],
    throughput: [],
    p99: [],
  }));
  for (const { client } of entries) {
    await client.open();
    await client.send(warmUp);
  }
  for (let round = 0; round < rounds; round++) for (const entry of entries) await measureOnce(entry, requests);
  for (const { client } of entries) client.close();
  return entries;
}

async function measureOnce({ server, client, cpu, throughput, p99 }, requests) {
  const before = await server.cpuTime();
  const { latencies, milliseconds } = await client.send(requests);
  cpu.push(((await server.cpuTime()) - before) / requests);
  throughput.push((requests / milliseconds) * 1000);
  p99.push(latencies[Math.floor(latencies.length * 0.99)]);
}

function requestWith(token) {
  return Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
}

function toTable(adapter, { algorithm, tokens, isExpired }, entries, notes) {
  const [open] = entries;
  const rows = entries.map(({ server, cpu, throughput, p99 }) => ({
    name: server.name,
    cells: {
      'share of open, CPU': ratios(open.cpu, cpu),
      'share of open, requests': ratios(throughput, open.throughput),
      'CPU per request': summary(cpu, 'µs'),
      'requests per second': summary(throughput, '/s'),
      p99: summary(p99, 'ms'),
    },
  }));
  const what = isExpired ? ', refusing expired tokens' : '';
  const title = `HTTP, ${adapter}, ${algorithm}, ${tokens.toLocaleString('en-US')} tokens in turn${what}`;
  return { title, columns: Object.keys(rows[0].cells), rows, notes };
}

if (Object.keys(PROTECTIONS)[0] !== OPEN)
  throw new Error('The open route must be the first, because the others are compared with it.');
