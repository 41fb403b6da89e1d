import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import type { JwtAppSetup } from '../support/jwt-app.js';
import { SocketApp, SOCKET_SERVERS, withSockets } from '../support/sockets.js';

const answer = (data: unknown) => ({ event: 'answer', data });

@JwtRequired()
@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('who')
  who(@JwtIdentity() identity: string) {
    return answer(identity);
  }
}

type Options = JwtAppSetup['options'];
const OPTIONS: Options = {
  tokenLocation: ['headers', 'cookies'],
  sockets: { allowedOrigins: ['https://app.example.com', 'capacitor://localhost'] },
};
const token = forge({ csrf: 'value' });
const cookie = `access_token_cookie=${token}`;

describe.each(SOCKET_SERVERS)('a token in a cookie of a handshake over %s on %s', (kind, server) => {
  let app: SocketApp;
  beforeAll(async () => {
    app = await SocketApp.start(kind, { providers: [ChatGateway], options: OPTIONS }, server);
  });
  afterAll(() => app.stop());

  it.each([
    ['of the same host', (host: string) => ({ origin: `http://${host}` })],
    ['of the same host, in upper case', (host: string) => ({ origin: `HTTP://${host}` })],
    ['of the same host behind a proxy with encryption', (host: string) => ({ origin: `https://${host}` })],
    ['of an allowed origin', () => ({ origin: 'https://app.example.com' })],
    ['of an allowed origin, with its usual port', () => ({ origin: 'https://app.example.com:443' })],
    ['of an allowed app', () => ({ origin: 'capacitor://localhost' })],
    ['that sends no Origin with a GET to its own host', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['that sends only a Referer of the same host', (host: string) => ({ referer: `http://${host}/page?x=1` })],
    ['that is no page, but has the double submit value', () => ({ 'x-csrf-token': 'value' })],
  ])('is accepted from a page %s', async (_what, headersFor) => {
    const headers = { cookie, ...headersFor(new URL(app.url).host) };
    const socket = await app.connect({ headers });
    expect(await socket.ask('who')).toEqual(answer('alice'));
  });

  const OTHER = 'A page of this origin cannot use the cookies';
  it.each<[string, string, (host: string) => Record<string, string>]>([
    ['of another site', OTHER, () => ({ origin: 'https://evil.example' })],
    ['of another port of the host', OTHER, () => ({ origin: 'http://127.0.0.1:1' })],
    ['of a host that begins with ours', OTHER, (host) => ({ origin: `http://${host}.evil.example` })],
    ['of an allowed host, with another scheme', OTHER, () => ({ origin: 'http://app.example.com' })],
    ['of a host below an allowed one', OTHER, () => ({ origin: 'https://x.app.example.com' })],
    ['in a sandbox', OTHER, () => ({ origin: 'null' })],
    ['whose origin is no URL', OTHER, () => ({ origin: '%' })],
    ['whose origin has credentials', OTHER, (host) => ({ origin: `http://${host}@evil.example` })],
    [
      'of another site, with the double submit value',
      OTHER,
      () => ({ origin: 'https://evil.example', 'x-csrf-token': 'value' }),
    ],
    [
      'of another site, with a forwarded host',
      OTHER,
      () => ({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }),
    ],
    ['of another site without Origin', OTHER, () => ({ 'sec-fetch-site': 'cross-site' })],
    ['of another host of the site', OTHER, () => ({ 'sec-fetch-site': 'same-site' })],
    ['with a Referer of another site', 'Missing CSRF token', () => ({ referer: 'https://evil.example/' })],
    ['that is none', 'Missing CSRF token', () => ({})],
    [
      'that is none, with a wrong double submit value',
      'CSRF double submit tokens do not match',
      () => ({ 'x-csrf-token': 'x' }),
    ],
  ])('is refused from a page %s', async (_what, message, headersFor) => {
    const refused = await app.refusalOf({ headers: { cookie, ...headersFor(new URL(app.url).host) } });
    if (kind === 'ws') expect([refused.status, refused.data]).toEqual([401, { msg: message }]);
    else expect(refused.data).toEqual({ code: 'JWT_CSRF', message });
  });

  it('does not count where the client sends a token itself', async () => {
    const headers = { cookie, origin: 'https://evil.example' };
    const socket = await app.connect({ headers, token: forge({ sub: 'bob' }) });
    expect(await socket.ask('who')).toEqual(answer('bob'));
    if (kind === 'socket.io') {
      const polling = await app.connect({ headers, token: forge({ sub: 'bob' }), transports: ['polling'] });
      expect(await polling.ask('who')).toEqual(answer('bob'));
    }
  });
});

describe.each(['socket.io', 'ws'] as const)('a token in a cookie over %s', (kind) => {
  it('is not read without the location', async () => {
    await withSockets(kind, { providers: [ChatGateway] }, async (app) => {
      const refused = await app.refusalOf({ headers: { cookie, origin: app.url } });
      expect(refused.message).toContain('Missing Authorization Header');
    });
  });

  it('needs a page of the same host without the double submit check, too', async () => {
    const options: Options = { tokenLocation: 'cookies', csrf: false };
    await withSockets(kind, { providers: [ChatGateway], options }, async (app) => {
      await app.refusalOf({ headers: { cookie, origin: 'https://evil.example' } });
      await app.connect({ headers: { cookie, origin: app.url } });
      await app.connect({ headers: { cookie } });
    });
  });
});
