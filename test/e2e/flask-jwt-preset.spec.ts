import { createHmac } from 'node:crypto';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import {
  getJwtContext,
  JwtExtendedModule,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type HttpRequest,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import {
  flaskJwtPreset,
  JwtAuthModule,
  type FlaskJwtPresetOptions,
  type JwtAuthOptions,
} from 'nestjs-jwt-extended/auth';
import { Req } from '@nestjs/common';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ADAPTERS, startApp, type AdapterName } from '../support/adapters.js';
import { nowInSeconds, readToken, SECRET } from '../support/forge.js';
import { send, type Answer } from '../support/http-client.js';

const USER = { id: 1, name: 'alice' };

@Controller()
class RoutesController {
  constructor(@Inject(TokenService) private readonly tokens: TokenService) {}

  @JwtRequired()
  @Get('protected')
  read(@Req() request: HttpRequest) {
    return { user: getJwtContext(request)?.user };
  }

  @JwtRequired({ scopes: 'orders:read' })
  @Get('orders')
  orders() {}

  @JwtRequired()
  @Post('log-out')
  logOut(@Req() request: HttpRequest) {
    return this.tokens.revokeAllFor(getJwtContext(request));
  }

  @Post('by-hand')
  async byHand() {
    return { token: await this.tokens.createAccessToken(USER) };
  }
}

interface Service {
  readonly config?: Record<string, unknown>;
  readonly preset?: FlaskJwtPresetOptions;
  readonly module?: JwtExtendedOptions;
  readonly auth?: Partial<JwtAuthOptions>;
}

interface Client {
  get(path: string, authorization?: string): Promise<Answer>;
  post(path: string, body?: object | string, headers?: [string, string][]): Promise<Answer>;
}

async function withService(adapter: AdapterName, service: Service, work: (client: Client) => Promise<void>) {
  const { module, auth } = flaskJwtPreset({ SECRET_KEY: SECRET, ...service.config }, service.preset);
  const authenticate = (name: string, password: string) => (name === 'alice' && password === 'pass' ? USER : null);
  const userLookup: JwtExtendedOptions['userLookup'] = ({ identity }) => (identity === 1 ? USER : null);
  const { url, close } = await startApp(adapter, {
    imports: [
      JwtExtendedModule.forRoot({ ...module, userLookup, ...service.module }),
      JwtAuthModule.forRoot({ ...auth, authenticate, refusalTime: false, ...service.auth }),
    ],
    controllers: [RoutesController],
  });
  try {
    await work({
      get: (path, value) => send('GET', url + path, { headers: value === undefined ? [] : [['Authorization', value]] }),
      post: (path, body, headers) => send('POST', url + path, { body, headers }),
    });
  } finally {
    await close();
  }
}

const tokenOf = ({ body }: Answer) => (body as { access_token: string }).access_token;
const error = (name: string, description: string) => ({
  status: 401,
  body: { status_code: 401, error: name, description },
});

function signed(header: string | object, payload: string | object, key = SECRET): string {
  const [head, body] = [header, payload].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
  );
  return `${head}.${body}.${createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')}`;
}

const HEADER = { alg: 'HS256', typ: 'JWT' };
const CLAIMS = { exp: 4_102_444_800, iat: 1_000_000_000, nbf: 1_000_000_000, identity: 1 };

describe.each(ADAPTERS)('flaskJwtPreset() on %s', (adapter) => {
  const use = (service: Service, work: (client: Client) => Promise<void>) => withService(adapter, service, work);

  it('logs in with POST /auth, and accepts the token for 5 minutes', async () => {
    await use({}, async ({ get, post }) => {
      const answer = await post('/auth', { username: 'alice', password: 'pass' });
      expect(answer).toEqual({ status: 200, body: { access_token: expect.any(String) } });
      const { header, claims } = readToken(tokenOf(answer));
      expect(header).toEqual(HEADER);
      const { iat } = claims;
      expect(claims).toEqual({ identity: 1, iat, nbf: iat, exp: Number(iat) + 300 });
      expect(await get('/protected', `JWT ${tokenOf(answer)}`)).toEqual({ status: 200, body: { user: USER } });
    });
  });

  it('has every setting by its name', async () => {
    const config = {
      JWT_SECRET_KEY: 'another secret of 64 bytes, because HS512 needs as many as its hash has',
      JWT_ALGORITHM: 'HS512',
      JWT_AUTH_URL_RULE: '/login',
      JWT_AUTH_USERNAME_KEY: 'email',
      JWT_AUTH_PASSWORD_KEY: 'pass',
      JWT_AUTH_HEADER_PREFIX: 'Bearer',
      JWT_EXPIRATION_DELTA: { hours: 1 },
      JWT_NOT_BEFORE_DELTA: 5,
      JWT_LEEWAY: 20,
      JWT_DEFAULT_REALM: 'My App',
    };
    await use({ config }, async ({ get, post }) => {
      expect(await post('/auth', { email: 'alice', pass: 'pass' })).toMatchObject({ status: 404 });
      const token = tokenOf(await post('/login', { email: 'alice', pass: 'pass' }));
      const { header, claims } = readToken(token);
      expect(header.alg).toBe('HS512');
      expect([Number(claims.exp) - Number(claims.iat), Number(claims.nbf) - Number(claims.iat)]).toEqual([3600, 5]);
      for (const scheme of ['Bearer', 'bearer', 'BEARER  ', 'Bearer\t']) {
        expect(await get('/protected', `${scheme} ${token}`)).toMatchObject({ status: 200 });
      }
      expect((await get('/protected')).header('WWW-Authenticate')).toBe('Bearer realm="My App"');
    });
  });

  it.each<[string, object | string, [string, string][]]>([
    ['a wrong password', { username: 'alice', password: 'x' }, []],
    ['an unknown user', { username: 'bob', password: 'pass' }, []],
    ['another member', { username: 'alice', password: 'pass', remember: true }, []],
    ['no password', { username: 'alice' }, []],
    ['an empty password', { username: 'alice', password: '' }, []],
    ['an object as name', { username: { $ne: null }, password: 'pass' }, []],
    ['a list', [1, 2], []],
    ['a form', 'username=alice&password=pass', [['Content-Type', 'application/x-www-form-urlencoded']]],
    ['nothing', '', []],
  ])('refuses a log-in with %s', async (_what, body, headers) => {
    await use({}, async ({ post }) => {
      const answer = await post('/auth', body, headers);
      expect(answer).toEqual(error('Bad Request', 'Invalid credentials'));
      expect(answer.header('WWW-Authenticate')).toBeUndefined();
    });
  });

  describe('refuses a request', () => {
    it.each<[string, string | undefined, string, string]>([
      ['without a header', undefined, 'Authorization Required', 'Request does not contain an access token'],
      ['with an empty header', '', 'Authorization Required', 'Request does not contain an access token'],
      ['with another scheme', 'Basic x', 'Invalid JWT header', 'Unsupported authorization type'],
      ['with the scheme alone', 'JWT', 'Invalid JWT header', 'Token missing'],
      ['with two words', 'JWT a b', 'Invalid JWT header', 'Token contains spaces'],
      ['with a list of credentials', 'JWT a, Basic b', 'Invalid JWT header', 'Token contains spaces'],
    ])('%s', async (_what, header, name, description) => {
      await use({}, async ({ get }) => {
        const answer = await get('/protected', header);
        expect(answer).toEqual(error(name, description));
        const challenge = name === 'Authorization Required' ? 'JWT realm="Login Required"' : undefined;
        expect(answer.header('WWW-Authenticate')).toBe(challenge);
      });
    });

    it.each<[string, string]>([
      ['a.b', 'Not enough segments'],
      ['a.b.c', 'Invalid header padding'],
      ['ab.b.c', "Invalid header string: 'utf-8' codec can't decode byte 0x69 in position 0".slice(0, 22)],
      [`${signed(HEADER, CLAIMS)}.x`, 'Invalid payload padding'],
      [signed(HEADER, CLAIMS).replace(/\.[^.]*$/, '.x'), 'Invalid crypto padding'],
      [`${signed(HEADER, CLAIMS).slice(0, -1)}`, 'Signature verification failed'],
      [signed(HEADER, CLAIMS, `${SECRET}x`), 'Signature verification failed'],
      [signed({ alg: 'HS512' }, CLAIMS), 'The specified alg value is not allowed'],
      [signed({}, CLAIMS), 'The specified alg value is not allowed'],
      [signed('{"alg":', CLAIMS), 'Invalid header string: Expecting value: line 1 column 8 (char 7)'],
      [signed('[]', CLAIMS), 'Invalid header string: must be a json object'],
      [signed(HEADER, '{}x'), 'Invalid payload string: Extra data: line 1 column 3 (char 2)'],
      [signed(HEADER, '{"a" 1}'), "Invalid payload string: Expecting ':' delimiter: line 1 column 6 (char 5)"],
      [signed(HEADER, '"x"'), 'Invalid payload string: must be a json object'],
      [signed(HEADER, {}), 'Token is missing the "exp" claim'],
      [signed(HEADER, { ...CLAIMS, exp: null }), 'Token is missing the "exp" claim'],
      [signed(HEADER, { ...CLAIMS, iat: undefined }), 'Token is missing the "iat" claim'],
      [signed(HEADER, { ...CLAIMS, nbf: undefined }), 'Token is missing the "nbf" claim'],
      [signed(HEADER, { ...CLAIMS, exp: 1 }), 'Signature has expired'],
      [signed(HEADER, { ...CLAIMS, exp: 1, aud: 'a' }), 'Signature has expired'],
      [signed(HEADER, { ...CLAIMS, exp: 'soon' }), 'Expiration Time claim (exp) must be an integer.'],
      [signed(HEADER, { ...CLAIMS, iat: 'soon' }), 'Issued At claim (iat) must be an integer.'],
      [signed(HEADER, { ...CLAIMS, iat: 4_102_444_800 }), 'Issued At claim (iat) cannot be in the future.'],
      [signed(HEADER, { ...CLAIMS, nbf: 4_102_444_800 }), 'The token is not yet valid (nbf)'],
      [signed(HEADER, { ...CLAIMS, nbf: 'soon' }), 'Not Before claim (nbf) must be an integer.'],
      [signed(HEADER, { ...CLAIMS, aud: ['a'] }), 'Invalid audience'],
      [signed(HEADER, { ...CLAIMS, aud: 5 }), 'Invalid claim format in token'],
      [signed({ ...HEADER, crit: ['x'] }, CLAIMS), 'Unsupported critical extension'],
    ])('with the token %s: %s', async (token, description) => {
      await use({}, async ({ get }) => {
        const { status, body } = await get('/protected', `JWT ${token}`);
        expect({ status, body }).toEqual(error('Invalid token', expect.stringContaining(description) as never));
      });
    });

    it('of a user who does not exist', async () => {
      await use({}, async ({ get }) => {
        const token = signed(HEADER, { ...CLAIMS, identity: 2 });
        expect(await get('/protected', `JWT ${token}`)).toEqual(error('Invalid JWT', 'User does not exist'));
      });
    });
  });

  it('accepts clocks that differ by 10 seconds', async () => {
    await use({}, async ({ get }) => {
      const [late, tooLate] = [5, 30].map((seconds) => signed(HEADER, { ...CLAIMS, exp: nowInSeconds() - seconds }));
      expect(await get('/protected', `JWT ${late}`)).toMatchObject({ status: 200 });
      expect(await get('/protected', `JWT ${tooLate}`)).toEqual(error('Invalid token', 'Signature has expired'));
    });
  });

  it('has the shape of its errors for faults that Flask-JWT does not know', async () => {
    await use({ module: { revocation: { store: new MemoryRevocationStore() } } }, async ({ get, post }) => {
      const { token } = (await post('/by-hand')).body as { token: string };
      const missing = { status_code: 403, error: 'Forbidden', description: 'Insufficient scope' };
      expect(await get('/orders', `JWT ${token}`)).toEqual({ status: 403, body: missing });
      expect(await post('/log-out', {}, [['Authorization', `JWT ${token}`]])).toMatchObject({ status: 201 });
      expect(await get('/protected', `JWT ${token}`)).toEqual(error('Invalid token', 'Token has been revoked'));
    });
  });

  it('reads the token with requestHandler, where an empty text is a token', async () => {
    const requestHandler = ({ url }: HttpRequest) => new URLSearchParams(url?.split('?')[1]).get('jwt');
    await use({ preset: { requestHandler } }, async ({ get }) => {
      expect(await get(`/protected?jwt=${signed(HEADER, CLAIMS)}`)).toMatchObject({ status: 200 });
      expect(await get('/protected?jwt=')).toEqual(error('Invalid token', 'Not enough segments'));
      expect((await get('/protected', `JWT ${signed(HEADER, CLAIMS)}`)).body).toMatchObject({
        error: 'Authorization Required',
      });
    });
  });

  it('gives an answer of the application the error of Flask-JWT', async () => {
    const { errorOf } = flaskJwtPreset({ SECRET_KEY: SECRET });
    const errorResponses: JwtExtendedOptions['errorResponses'] = {
      any: (exception, request) => ({ status: 418, body: errorOf(exception, request) }),
    };
    await use({ module: { errorResponses } }, async ({ get, post }) => {
      expect((await get('/protected')).body).toEqual({
        statusCode: 401,
        error: 'Authorization Required',
        description: 'Request does not contain an access token',
        headers: { 'WWW-Authenticate': 'JWT realm="Login Required"' },
      });
      expect((await post('/auth', { username: 'x', password: 'y' })).body).toMatchObject({
        error: 'Bad Request',
        headers: null,
      });
    });
  });
});

describe('the configuration of flaskJwtPreset()', () => {
  const preset = (config: object, given?: FlaskJwtPresetOptions) =>
    flaskJwtPreset({ SECRET_KEY: SECRET, ...config }, given);

  it('has the defaults of Flask-JWT, and the module accepts them', () => {
    expect(resolveSettings(preset({}).module)).toMatchObject({
      algorithm: 'HS256',
      accessTokenExpires: 300,
      notBeforeDelta: 0,
      leeway: 10,
      identityClaim: 'identity',
      requiredClaims: ['exp', 'iat', 'nbf'],
      realm: 'Login Required',
      challengeScheme: 'JWT',
    });
    expect(preset({}).auth).toMatchObject({ path: 'auth', usernameKey: 'username', passwordKey: 'password' });
  });

  it('can be the environment', () => {
    const environment = {
      PATH: '/bin',
      FLASK_JWT_LEEWAY: '5',
      JWT_AUTH_URL_RULE: '/log-in',
      JWT_REQUIRED_CLAIMS: 'exp,role',
      JWT_AUTH_URL_OPTIONS: '{"methods": ["POST"]}',
      JWT_VERIFY_CLAIMS: '["signature"]',
      JWT_AUTH_ENDPOINT: 'jwt',
    };
    const { module, auth } = preset(environment);
    expect(module).toMatchObject({ leeway: 5, requiredClaims: ['exp', 'role'], secret: SECRET });
    expect(auth?.path).toBe('/log-in');
  });

  it.each([[null], [''], [false], ['None'], ['False']])('has no log-in with JWT_AUTH_URL_RULE %j', (rule) => {
    expect(preset({ JWT_AUTH_URL_RULE: rule }).auth).toBeNull();
  });

  it('prefers JWT_SECRET_KEY', () => {
    expect(preset({ JWT_SECRET_KEY: `${SECRET}x` }).module.secret).toBe(`${SECRET}x`);
  });

  it.each<[object, string]>([
    [{ JWT_ALGORITHM: 'RS256' }, 'JWT_ALGORITHM must be HS256, HS384 or HS512'],
    [{ JWT_ALGORITHM: 'none' }, 'JWT_ALGORITHM must be HS256'],
    [{ JWT_AUTH_HEADER_PREFIX: '' }, 'JWT_AUTH_HEADER_PREFIX must not be empty'],
    [{ JWT_VERIFY: false }, 'JWT_VERIFY must not be False'],
    [{ JWT_VERIFY_EXPIRATION: 'False' }, 'JWT_VERIFY_EXPIRATION must not be False'],
    [{ JWT_AUTH_URL_OPTIONS: { methods: ['GET', 'POST'] } }, 'can only be {"methods": ["POST"]}'],
    [{ JWT_TOKEN_LOCATION: 'cookies' }, 'Flask-JWT has no setting JWT_TOKEN_LOCATION'],
    [{ JWT_AUTH_URL_RUL: '/auth' }, 'Did you mean JWT_AUTH_URL_RULE?'],
  ])('%j is refused', (config, message) => {
    expect(() => preset(config)).toThrow(TypeError);
    expect(() => preset(config)).toThrow(message);
  });

  it('can ignore names, and refuses unknown options', () => {
    expect(preset({ JWT_TOKEN_LOCATION: 'cookies' }, { ignore: ['JWT_TOKEN_LOCATION'] }).module.realm).toBe(
      'Login Required',
    );
    expect(() => preset({}, { ignored: [] } as never)).toThrow(/flaskJwtPreset\(\) option "ignored" does not exist/);
  });
});
