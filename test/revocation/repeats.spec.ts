import { inspect } from 'node:util';
import { Controller, Get, Post, Req } from '@nestjs/common';
import {
  getJwtContext,
  Jwt,
  JwtRequired,
  MemoryRevocationStore,
  RevocationEvents,
  TokenService,
  type JwtContext,
  type JwtPayload,
  type RefreshRepeatEvent,
  type RevocationEvent,
  type TokenPair,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { useJwtApp } from '../support/jwt-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';

/** A request of Express or Fastify, as far as the tests read it. */
interface WebRequest {
  readonly headers: Record<string, string | undefined>;
}

@JwtRequired({ refresh: true })
@Controller()
class RefreshController {
  constructor(private readonly tokens: TokenService) {}

  @Post('payload')
  byPayload(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }

  @Post('context')
  byContext(@Req() request: WebRequest) {
    return this.tokens.rotate(getJwtContext(request as never) as JwtContext);
  }

  @Post('request')
  byRequest(@Jwt() payload: JwtPayload, @Req() request: WebRequest) {
    return this.tokens.rotate(payload, { request });
  }

  @Get('check')
  check() {
    return {};
  }

  @JwtRequired({ refresh: true, skipRevocationCheck: true })
  @Post('unchecked')
  unchecked(@Req() request: WebRequest) {
    return this.tokens.rotate(getJwtContext(request as never) as JwtContext);
  }
}

const clock = useTestClock();

describe.each(ADAPTERS)('A repeated refresh token on %s', (adapter) => {
  const store = new MemoryRevocationStore({ now: () => Date.now() });
  const app = useJwtApp(adapter, { controllers: [RefreshController], options: { revocation: { store } } });
  const events: RevocationEvent[] = [];
  beforeAll(() => void app.resolve(RevocationEvents).subscribe((event) => events.push(event)));
  beforeEach(() => void events.splice(0));

  const repeats = () => events.filter((event): event is RefreshRepeatEvent => event.type === 'refresh-repeated');
  const devices = () => repeats().map(({ request }) => (request as WebRequest | undefined)?.headers['user-agent']);
  const send = async (path: string, { refreshToken }: TokenPair, device: string) => {
    const headers = [['User-Agent', device]] as const;
    return (await app.send(path === 'check' ? 'GET' : 'POST', `/${path}`, { token: refreshToken, headers })).body;
  };

  it.each(['payload', 'context', 'request', 'unchecked'])(
    'is one event with its request, and gets the same successor (%s)',
    async (path) => {
      const pair = await app.tokens.createTokenPair('alice');
      const first = await send(path, pair, 'phone');
      expect(repeats()).toEqual([]);
      expect(await send(path, pair, 'phone again')).toEqual(first);
      expect(await send(path, pair, 'thief')).toEqual(first);
      expect(devices()).toEqual(['phone again', 'thief']);
      expect(repeats()).toMatchObject([
        { sid: sidOf(pair), identity: 'alice', jti: claimOf(pair.refreshToken, 'jti') },
        { sid: sidOf(pair), identity: 'alice', jti: claimOf(pair.refreshToken, 'jti') },
      ]);
    },
  );

  it('is an event on a route that only checks the token, too', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    await send('payload', pair, 'phone');
    await send('check', pair, 'thief');
    await send('check', pair, 'thief again');
    await send('payload', pair, 'phone again');
    expect(devices()).toEqual(['thief', 'thief again', 'phone again']);
  });

  it('is an event that prints no token in a log', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    await send('context', pair, 'phone');
    await send('context', pair, 'phone again');
    expect(devices()).toEqual(['phone again']);
    for (const log of [JSON.stringify(repeats()), inspect(repeats(), { depth: 9 })]) {
      expect(log).toContain('refresh-repeated');
      expect(log).not.toContain(pair.refreshToken);
    }
  });

  it('is an event without request if rotate() gets none', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    const first = await app.tokens.rotate(pair.refreshToken);
    expect(await app.tokens.rotate(pair.refreshToken)).toEqual(first);
    expect(await app.tokens.rotate(await app.tokens.verify(pair.refreshToken))).toEqual(first);
    const event = { type: 'refresh-repeated', sid: sidOf(pair), identity: 'alice' };
    expect(repeats()).toEqual(Array(2).fill({ ...event, jti: claimOf(pair.refreshToken, 'jti') }));
    expect(repeats().some((repeat) => 'request' in repeat)).toBe(false);
  });

  it('is an event for each of many requests at once, which all get one successor', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    const names = Array.from({ length: 100 }, (_, index) => `device ${index}`);
    const answers = await Promise.all(names.map((name) => send('context', pair, name)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(new Set(devices()).size).toBe(99);
    expect(devices()).toHaveLength(99);
    expect(names).toEqual(expect.arrayContaining(devices()));
    expect(events.filter(({ type }) => type === 'refresh-rotated')).toHaveLength(1);
  });

  it('is a reuse after the grace, and no repeat', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    await send('context', pair, 'phone');
    clock.advance(11);
    await send('context', pair, 'thief');
    expect(repeats()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'refresh-reused', sid: sidOf(pair) });
  });

  it('is no event for tokens that were not replaced', async () => {
    const pair = await app.tokens.createTokenPair('alice');
    await send('check', pair, 'phone');
    await send('check', pair, 'phone');
    const next = (await send('context', pair, 'phone')) as TokenPair;
    await send('context', next, 'phone');
    expect(repeats()).toEqual([]);
  });
});
