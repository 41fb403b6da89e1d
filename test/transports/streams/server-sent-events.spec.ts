import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Controller, Req, Sse, type MessageEvent } from '@nestjs/common';
import { JwtConnections, JwtRequired, MemoryRevocationStore, TokenService } from 'nestjs-jwt-extended';
import { interval, map, NEVER, of, type Observable } from 'rxjs';
import { ConnectionRegistry } from '../../../src/connections/connection-registry.js';
import { ADAPTERS } from '../../support/adapters.js';
import { forge, nowInSeconds } from '../../support/forge.js';
import { useJwtApp } from '../../support/jwt-app.js';
import { until } from '../../support/until.js';

function ticks(): Observable<MessageEvent> {
  return interval(20).pipe(map((data) => ({ data: { data } })));
}

/** The request of the stream that a test renews. */
let renewable: object = {};

@JwtRequired()
@Controller()
class StreamsController {
  @Sse('ticks')
  ticks() {
    return ticks();
  }

  @Sse('renewed')
  renewed(@Req() request: object) {
    renewable = request;
    return ticks();
  }

  @Sse('silent')
  silent(): Observable<MessageEvent> {
    return NEVER;
  }

  @Sse('late')
  async late() {
    return Promise.resolve(ticks());
  }

  @Sse('short')
  short() {
    return of({ data: 'one' }, { data: 'two' });
  }

  @JwtRequired({ optional: true })
  @Sse('optional')
  optional() {
    return ticks();
  }

  @JwtRequired({ locations: 'query_string' })
  @Sse('by-query')
  byQuery() {
    return ticks();
  }
}

/** An open stream, as a client reads it. */
class Stream {
  text = '';
  isEnded = false;

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (part: string) => (this.text += part));
    response.on('end', () => (this.isEnded = true)).on('error', () => undefined);
  }

  static open(url: string, token?: string): Promise<Stream> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(url, { headers, agent: false }, (response) => resolve(new Stream(response)));
      outgoing.on('error', reject).end();
    });
  }

  get events(): string[] {
    return this.text.split('\n\n').filter((event) => event.trim() !== '');
  }

  /** The data of the last event, if it has the type `error`. */
  get error(): unknown {
    const last = this.events.at(-1) ?? '';
    return last.includes('event: error') ? JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? 'null') : undefined;
  }
}

const EXPIRED = { status: 'error', code: 'JWT_EXPIRED', message: 'Token has expired' };
const REVOKED = { status: 'error', code: 'JWT_REVOKED', message: 'Token has been revoked' };

describe.each(ADAPTERS)('a stream of server-sent events on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { revocation: { store: new MemoryRevocationStore() } },
    controllers: [StreamsController],
  });
  const open = async (path: string, token?: string) => Stream.open(`${await app.nest.getUrl()}/${path}`, token);
  const count = () => app.resolve(ConnectionRegistry).size;
  afterEach(() => until(() => count() === 0));

  it.each(['ticks', 'silent', 'late'])('ends with its token, after an event with the code: %s', async (path) => {
    const stream = await open(path, forge({ exp: nowInSeconds() + 2 }));
    expect(stream.response.statusCode).toBe(200);
    expect(count()).toBe(1);
    await until(() => stream.isEnded);
    expect(stream.error).toEqual(EXPIRED);
    expect(stream.events.slice(0, -1).join()).not.toContain('error');
    expect(stream.events.length > 1).toBe(path !== 'silent');
  });

  it('ends when its session ends', async () => {
    const tokens = app.resolve(TokenService);
    const { accessToken } = await tokens.createTokenPair('alice');
    const [stream, other] = [await open('ticks', accessToken), await open('ticks', forge())];
    await until(() => stream.events.length > 1);
    await tokens.revoke(accessToken);
    await until(() => stream.isEnded);
    expect(stream.error).toEqual(REVOKED);
    expect(other.isEnded).toBe(false);
    other.response.destroy();
  });

  it('lives on with a new token of the same user', async () => {
    const stream = await open('renewed', forge({ exp: nowInSeconds() + 2 }));
    await until(() => stream.events.length > 0);
    const connections = app.resolve(JwtConnections);
    await expect(connections.renew(renewable, forge({ sub: 'bob' }))).rejects.toThrow('another user');
    await connections.renew(renewable, forge({ jti: 'another-id', exp: nowInSeconds() + 600 }));
    const before = stream.events.length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(stream.events.length).toBeGreaterThan(before);
    expect(stream.isEnded).toBe(false);
    stream.response.destroy();
  });

  it('is forgotten when the client leaves', async () => {
    const stream = await open('ticks', forge());
    await until(() => count() === 1);
    stream.response.destroy();
    await until(() => count() === 0);
  });

  it('is forgotten when it completes', async () => {
    const stream = await open('short', forge());
    await until(() => stream.isEnded);
    expect(stream.text).toContain('data: two');
    expect(stream.error).toBeUndefined();
  });

  it('never ends by a token that it does not have', async () => {
    const stream = await open('optional');
    await until(() => stream.events.length > 3);
    expect(count()).toBe(0);
    expect(stream.isEnded).toBe(false);
    stream.response.destroy();
  });

  it('takes a short-lived token from the query, because an EventSource has no headers', async () => {
    const token = await app.resolve(TokenService).createAccessToken('alice', { claims: { aud: 'stream' }, expires: 2 });
    const stream = await open(`by-query?jwt=${token}`);
    expect(stream.response.statusCode).toBe(200);
    await until(() => stream.isEnded);
    expect(stream.error).toEqual(EXPIRED);
    const again = await open(`by-query?jwt=${token}`);
    expect(again.response.statusCode).toBe(401);
    expect((await open('by-query', forge())).response.statusCode).toBe(401);
  });
});
