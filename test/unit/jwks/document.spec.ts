import { gzipSync } from 'node:zlib';
import { fetchDocument } from '../../../src/jwks/document.js';
import { json, silence, status, useKeyServer, type Behaviour } from '../../support/key-server.js';
import { errorOf } from '../../support/token-service.js';
import { until } from '../../support/until.js';

const server = useKeyServer();

function fetchFrom(behaviour: Behaviour, { timeout = 5000, maxBytes = 1000 } = {}) {
  server.keys = behaviour;
  const signal = AbortSignal.timeout(timeout);
  return fetchDocument(server.keysUrl, { fetch, maxBytes, signal });
}

const text = (body: string | Buffer, headers: Record<string, string> = {}): Behaviour => {
  return (response) => response.writeHead(200, headers).end(body);
};

it('a document is read with any media type', async () => {
  expect((await fetchFrom(json({ keys: [] }))).document).toEqual({ keys: [] });
  expect((await fetchFrom(text('{"a":1}', { 'Content-Type': 'text/html' }))).document).toEqual({ a: 1 });
  expect((await fetchFrom(text('{"a":1}'))).document).toEqual({ a: 1 });
});

it.each<[what: string, behaviour: Behaviour, message: RegExp]>([
  ['garbage', text('<html>sorry</html>'), /did not respond with JSON/],
  ['an empty body', text(''), /did not respond with JSON/],
  ['half a document', text('{"keys":['), /did not respond with JSON/],
  ['a list', text('[]'), /did not respond with a JSON object/],
  ['null', text('null'), /did not respond with a JSON object/],
  ['text that is not UTF-8', text(Buffer.from([0x22, 0xff, 0x22])), /encoded data was not valid/],
  ['an error of the server', status(500), /responded 500/],
  ['404', status(404), /responded 404/],
  ['204', status(204), /responded 204/],
  ['401', status(401), /responded 401/],
])('%s is an error', async (_, behaviour, message) => {
  expect((await errorOf(() => fetchFrom(behaviour)))?.message).toMatch(message);
});

it('a redirect is not followed, not even to the same address', async () => {
  server.paths.set('/elsewhere', json({ keys: [] }));
  for (const code of [301, 302, 303, 307, 308]) {
    const error = await errorOf(() => fetchFrom(status(code, { Location: `${server.url}/elsewhere` })));
    expect(error?.message).toMatch(`responded ${code}, a redirect`);
  }
  await errorOf(() => fetchFrom(status(302, { Location: server.keysUrl })));
  expect(server.requests).not.toContain('/elsewhere');
  expect(server.fetches).toBe(6);
});

it('a body over the limit is cut off while it is received', async () => {
  let sent = 0;
  const endless: Behaviour = (response) => {
    response.writeHead(200);
    const more = () => {
      sent += 1;
      if (!response.destroyed && sent < 10_000) response.write('x'.repeat(1000), () => setImmediate(more));
    };
    more();
  };
  const error = await errorOf(() => fetchFrom(endless, { maxBytes: 50_000 }));
  expect(error?.message).toMatch('more than 50000 bytes');
  await until(() => server.answering === 0);
  expect(sent).toBeLessThan(10_000);
});

it('the limit counts decompressed bytes', async () => {
  const packed = gzipSync(`{"a":"${'x'.repeat(100_000)}"}`);
  expect(packed.length).toBeLessThan(1000);
  const error = await errorOf(() => fetchFrom(text(packed, { 'Content-Encoding': 'gzip' })));
  expect(error?.message).toMatch('more than 1000 bytes');
  expect((await fetchFrom(text(gzipSync('{"a":1}'), { 'Content-Encoding': 'gzip' }))).document).toEqual({ a: 1 });
});

describe('the time limit ends a fetch', () => {
  const slowDrip: Behaviour = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  };
  const stopsInTheMiddle: Behaviour = (response) => void response.writeHead(200).write('{"keys":');

  it.each<[where: string, behaviour: Behaviour]>([
    ['before the headers', silence],
    ['in the middle of the body', stopsInTheMiddle],
    ['while bytes arrive one by one', slowDrip],
  ])('%s', async (_, behaviour) => {
    const error = await errorOf(() => fetchFrom(behaviour, { timeout: 200, maxBytes: 1e9 }));
    expect(error?.name).toBe('TimeoutError');
    await until(() => server.answering === 0);
  });
});

it.each<[what: string, behaviour: Behaviour]>([
  ['at once', (response) => response.destroy()],
  [
    'after half of the body',
    (response) => response.writeHead(200, { 'Content-Length': 100 }).write('{', () => response.destroy()),
  ],
])('a connection that is closed %s is an error', async (_, behaviour) => {
  expect((await errorOf(() => fetchFrom(behaviour)))?.message).toMatch(/fetch failed|terminated/);
});

it('a response that is not HTTP is an error', async () => {
  const error = await errorOf(() => fetchFrom((response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')));
  expect(error?.message).toMatch('fetch failed');
});

describe('the lifetime of a document', () => {
  const lifetime = async (headers: Record<string, string>) => (await fetchFrom(json({}, headers))).maxAge;

  it.each<[headers: Record<string, string>, expected: number | null]>([
    [{}, null],
    [{ 'Cache-Control': 'public, max-age=300' }, 300_000],
    [{ 'Cache-Control': 'MAX-AGE="60"' }, 60_000],
    [{ 'Cache-Control': 'max-age=300', Age: '100' }, 200_000],
    [{ 'Cache-Control': 'max-age=300', Age: '400' }, 0],
    [{ 'Cache-Control': 'max-age=300', Age: 'yesterday' }, 300_000],
    [{ 'Cache-Control': 'no-store, max-age=300' }, 0],
    [{ 'Cache-Control': 'no-cache' }, 0],
    [{ 'Cache-Control': 'max-age=never, s-maxage=9' }, null],
    [{ 'Cache-Control': `max-age=${'9'.repeat(400)}` }, Infinity],
  ])('of %j is %s', async (headers, expected) => {
    expect(await lifetime(headers)).toBe(expected);
  });
});
