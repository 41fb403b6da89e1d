import { createClient } from 'graphql-ws';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { AppModule } from '../../sample/src/app.module.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import { SampleClient } from './client.js';

const REVOKED = { status: 'error', code: 'JWT_REVOKED', message: 'Token has been revoked' };
const MISSING =
  'Missing JWT in headers or cookies (Missing Authorization Header; Missing cookie "access_token_cookie")';

let app: RunningApp;
let sample: SampleClient;

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
  sample = new SampleClient(app.url);
});

afterAll(() => app.close());

/** A user who has just logged in. */
async function logIn(username: string) {
  const { access_token: token } = await sample.pairOf(username);
  return {
    token,
    addNote: (text: string) => sample.request('POST /notes', { token, body: { text } }),
    logOutEverywhere: () => sample.request('DELETE /auth/sessions', { token }),
  };
}

describe('the gateway', () => {
  const connect = (auth: object): Socket =>
    io(app.url, { auth, transports: ['websocket'], reconnection: false, forceNew: true });
  const next = <T>(socket: Socket, event: string) =>
    new Promise<T>((resolve) => socket.once(event, (value: T) => resolve(value)));

  it('refuses a socket without a token', async () => {
    const socket = connect({});
    const { message, data } = await next<Error & { data: unknown }>(socket, 'connect_error');
    expect({ message, data }).toEqual({ message: MISSING, data: { code: 'JWT_MISSING', message: MISSING } });
    socket.close();
  });

  it('sends new notes until the user logs out everywhere', async () => {
    const alice = await logIn('alice');
    const socket = connect({ token: alice.token });
    await next(socket, 'connect');
    const notes = next(socket, 'notes');
    socket.emit('add', { text: 'Over the socket' });
    expect(await notes).toContain('Over the socket');
    const [ended, disconnected] = [next(socket, 'exception'), next(socket, 'disconnect')];
    await alice.logOutEverywhere();
    expect(await ended).toEqual(REVOKED);
    expect(await disconnected).toBe('io server disconnect');
  });
});

describe('the event stream', () => {
  const open = (token?: string) =>
    fetch(`${app.url}/notes/events`, token ? { headers: { authorization: `Bearer ${token}` } } : {});

  it('refuses a request without a token', async () => {
    const response = await open();
    expect([response.status, await response.json()]).toEqual([401, { msg: MISSING, code: 'JWT_MISSING' }]);
  });

  it('sends new notes until the user logs out everywhere', async () => {
    const bob = await logIn('bob');
    const response = await open(bob.token);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await bob.addNote('As an event');
    await bob.logOutEverywhere();
    const text = await response.text();
    expect(text).toContain('event: note');
    expect(text).toContain('data: As an event');
    expect(text).toContain(`event: error`);
    expect(text).toContain(`data: ${JSON.stringify(REVOKED)}`);
  });
});

describe('the subscription', () => {
  it('sends new notes until the user logs out everywhere', async () => {
    const alice = await logIn('alice');
    const client = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { token: alice.token },
    });
    const results = client.iterate({ query: 'subscription { noteAdded }' });
    const first = results.next();
    // The server has subscribed as soon as it sends the note, so the note is sent until it arrives.
    const sending = setInterval(() => void alice.addNote('As a subscription'), 50);
    expect((await first).value).toEqual({ data: { noteAdded: 'As a subscription' } });
    clearInterval(sending);
    await alice.logOutEverywhere();
    const ended = (async () => {
      for await (const _note of results) continue;
    })();
    await expect(ended).rejects.toMatchObject([
      { message: 'Token has been revoked', extensions: { code: 'UNAUTHENTICATED', jwt: 'JWT_REVOKED' } },
    ]);
    await client.dispose();
  });
});
