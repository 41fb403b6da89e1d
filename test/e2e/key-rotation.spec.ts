import { randomBytes } from 'node:crypto';
import { Controller, Get, Post } from '@nestjs/common';
import {
  JwtRequired,
  KeyRing,
  TokenService,
  type JwtExtendedOptions,
  type KeyOptions,
  type NewKey,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { readToken } from '../support/forge.js';
import { useJwtApp, type TestApp } from '../support/jwt-app.js';
import { privateKeyFor } from '../support/key-pairs.js';

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  async logIn() {
    return { token: await this.tokens.createAccessToken('alice') };
  }

  @JwtRequired()
  @Get()
  read() {}
}

const serving = (options: JwtExtendedOptions) => ({
  options: { secret: undefined, ...options },
  controllers: [RoutesController],
});

const secret = () => randomBytes(32);
const pair = (name: string) => privateKeyFor('ES256', name);
const ringKey = (kid: string): KeyOptions => ({ kid, key: secret(), algorithm: 'HS256', use: 'sign' });

const CASES: [what: string, options: JwtExtendedOptions, keys: NewKey[]][] = [
  ['a ring of secrets', { keys: [ringKey('0')] }, ['1', '2', '3'].map((kid) => ({ kid, key: secret() }))],
  ['a secret without a name', { secret: secret() }, [{ key: secret() }, { key: secret() }, { key: secret() }]],
  [
    'a key pair',
    { algorithm: 'ES256', privateKey: pair('first') },
    [{ key: pair('second') }, { key: pair('third') }, { key: pair('fourth') }],
  ],
  [
    'a ring that changes its algorithm',
    { keys: [ringKey('0')] },
    [
      { kid: 'ec', key: pair('first'), algorithm: 'ES256' },
      { kid: 'rsa', key: privateKeyFor('RS256'), algorithm: 'RS256' },
      { kid: 'ed', key: privateKeyFor('EdDSA'), algorithm: 'EdDSA' },
    ],
  ],
];

/** Logs in, and sends new and old tokens, in a loop, until stop(). */
class Load {
  readonly refused: unknown[] = [];
  readonly tokens: string[] = [];
  private readonly clients: Promise<void>[];
  private stopped = false;

  constructor(private readonly app: TestApp) {
    this.clients = Array.from({ length: 8 }, () => this.run());
  }

  /** Waits for a number of further log-ins. */
  async goOn(count: number): Promise<void> {
    const goal = this.tokens.length + count;
    while (this.tokens.length < goal) await Promise.race([new Promise(setImmediate), ...this.clients]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.clients);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const { status, body } = await this.app.send('POST', '/login');
      if (status !== 201) this.refused.push(body);
      const { token } = body as { token: string };
      this.tokens.push(token);
      const earlier = this.tokens[Math.floor(Math.random() * this.tokens.length)] as string;
      for (const presented of [token, earlier]) {
        const answer = await this.app.get('/', presented);
        if (answer.status !== 200) this.refused.push(answer.body);
      }
    }
  }
}

describe.each(ADAPTERS)('a rotation of the key under load on %s', (adapter) => {
  describe.each(CASES)('of %s', (_what, options, keys) => {
    const app = useJwtApp(adapter, serving(options));

    it('causes no refused request during three changes', async () => {
      const load = new Load(app);
      for (const key of keys) {
        await load.goOn(20);
        app.resolve(KeyRing).rotate(key);
      }
      await load.goOn(20);
      await load.stop();
      expect(load.refused).toEqual([]);
      const signatures = new Set(load.tokens.map((token) => JSON.stringify(readToken(token).header)));
      if (options.keys !== undefined) expect(signatures.size).toBe(4);
    });
  });

  describe('after the rotation', () => {
    const app = useJwtApp(adapter, serving({ keys: [ringKey('0')] }));
    const unknown = { status: 422, body: { msg: 'No key for this token' } };

    it('new tokens have the kid of the new key', async () => {
      expect(readToken(await app.tokens.createAccessToken('alice')).header).toEqual({
        alg: 'HS256',
        typ: 'JWT',
        kid: '0',
      });
    });

    it('a leaked key is refused from the next request on', async () => {
      const stolen = await app.tokens.createAccessToken('alice');
      expect(await app.get('/', stolen)).toMatchObject({ status: 200 });
      app.resolve(KeyRing).rotate({ kid: '1', key: secret() }, { retireAfter: 0 });
      expect(await app.get('/', stolen)).toEqual(unknown);
    });

    it('a key that is no longer listed is refused from the next request on', async () => {
      const token = await app.tokens.createAccessToken('alice');
      app.resolve(KeyRing).replace([ringKey('2')]);
      expect(await app.get('/', token)).toEqual(unknown);
      expect(await app.get('/', await app.tokens.createAccessToken('alice'))).toMatchObject({ status: 200 });
    });

    it('a token with the kid of another key is refused', async () => {
      const ring = app.resolve(KeyRing);
      const token = await app.tokens.createAccessToken('alice');
      ring.rotate({ kid: '3', key: secret() });
      const [, claims, signature] = token.split('.');
      const header = Buffer.from('{"alg":"HS256","typ":"JWT","kid":"3"}').toString('base64url');
      expect(await app.get('/', `${header}.${claims}.${signature}`)).toEqual({
        status: 422,
        body: { msg: 'Signature verification failed' },
      });
    });
  });
});
