import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { errorOf } from '../../support/token-service.js';

const secret = 'xy'.repeat(16);
const issuer = 'https://idp.example';
const uri = 'https://idp.example/keys';

const provider = (options: object) => resolveSettings({ jwks: options }).jwks[0];

it('without the option jwks there is no provider', () => {
  expect(resolveSettings({ secret }).jwks).toEqual([]);
});

it('has defaults', () => {
  expect(provider({ issuer })).toEqual({
    path: 'jwks',
    issuer,
    uri: null,
    audience: null,
    isAudienceChosen: false,
    algorithms: new Set(
      ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'].concat('Ed25519'),
    ),
    freshFor: null,
    timeout: 5000,
    cooldown: 30_000,
    maxAge: 3_600_000,
    maxStale: 86_400_000,
    maxBytes: 524_288,
    allowInsecure: false,
    fetch: null,
  });
});

it.each<[string, object]>([
  ['an address of this machine over http', { issuer: 'http://localhost:8080/realms/a' }],
  ['127.0.0.1 and [::1]', [{ issuer: 'http://127.0.0.1:80' }, { issuer: 'http://[::1]/' }]],
  ['another machine over http, with allowInsecure', { issuer: 'http://idp.internal', allowInsecure: true }],
  ['an issuer that is not an address, with a uri', { issuer: 'idp', uri }],
  ['a uri alone', { uri }],
  ['audience: false', { issuer, audience: false }],
  ['several audiences', { issuer, audience: ['a', 'b'] }],
  ['no stale keys', { issuer, maxStale: 0 }],
  ['ES256K by name', { issuer, algorithms: ['ES256K'] }],
])('%s is accepted', (_, jwks) => {
  expect(() => resolveSettings({ jwks })).not.toThrow();
});

it.each<[what: string, options: object, message: string]>([
  ['a text', { jwks: 'https://idp.example' }, '"jwks" must be an object'],
  ['an empty list', { jwks: [] }, '"jwks" is an empty list'],
  ['an object without issuer and uri', { jwks: {} }, '"jwks.issuer" is missing'],
  ['an unknown option', { jwks: { url: uri } }, '"jwks.url" does not exist. Did you mean "uri"'],
  ['an issuer over http', { jwks: [{ issuer: 'http://idp.example' }] }, '"jwks[0].issuer" is "http://idp.example"'],
  ['a host that begins like this machine', { jwks: { issuer: 'http://127.0.0.1.example' } }, 'must be https'],
  ['a file', { jwks: { uri: 'file:///etc/keys' } }, 'must be https, not file:'],
  ['a path', { jwks: { uri: '/keys' } }, 'no absolute address'],
  [
    'a password, without showing it',
    { jwks: { uri: 'https://a:b@idp.example' } },
    'is "https://…@idp.example": it must not hold',
  ],
  ['an issuer that is not an address, without a uri', { jwks: { issuer: 'idp' } }, 'set "uri" to its keys'],
  ['an issuer that is not a text', { jwks: { issuer: 7 } }, '"jwks.issuer" must be a string'],
  [
    'HMAC',
    { jwks: { issuer, algorithms: ['RS256', 'HS256'] } },
    'With an HMAC algorithm, the public key would be the secret',
  ],
  ['none', { jwks: { issuer, algorithms: ['none'] } }, '"jwks.algorithms" must be a list of RS256'],
  ['no algorithms', { jwks: { issuer, algorithms: [] } }, '"jwks.algorithms"'],
  ['an empty audience', { jwks: { issuer, audience: '' } }, '"jwks.audience" must be a text'],
  ['an empty list of audiences', { jwks: { issuer, audience: [] } }, '"jwks.audience"'],
  ['audience: true', { jwks: { issuer, audience: true } }, '"jwks.audience"'],
  ['a timeout of 30 days', { jwks: { issuer, timeout: '30d' } }, '"jwks.timeout" must be at most \'10m\''],
  ['a freshFor of 0', { jwks: { issuer, freshFor: 0 } }, '"jwks.freshFor" must be more than zero'],
  ['a freshFor without unit', { jwks: { issuer, freshFor: '15' } }, '"jwks.freshFor" is wrong'],
  ['a timeout of 0', { jwks: { issuer, timeout: 0 } }, '"jwks.timeout" must be more than zero'],
  ['a cooldown of 0', { jwks: { issuer, cooldown: 0 } }, '"jwks.cooldown" must be more than zero'],
  ['maxBytes of 0', { jwks: { issuer, maxBytes: 0 } }, '"jwks.maxBytes"'],
  ['fetch that is not a function', { jwks: { issuer, fetch: 'axios' } }, '"jwks.fetch" must be a function'],
  ['one issuer twice', { jwks: [{ issuer }, { issuer, uri }] }, 'has the issuer "https://idp.example" in two entries'],
  [
    'the issuer and the algorithm of our own tokens',
    { algorithm: 'ES256', privateKey: 'PEM', issuer, jwks: { issuer } },
    'which "issuer" has, too, and both accept ES256.',
  ],
  [
    'an accepted issuer of our own tokens, with one algorithm of both',
    {
      algorithm: 'PS256',
      decodeAlgorithms: ['RS256'],
      publicKey: 'PEM',
      issuer: { decode: ['us', issuer] },
      jwks: { issuer, algorithms: ['RS256'] },
    },
    'both accept RS256. Give each its own issuer, or set "algorithms" of the provider to others than our own.',
  ],
  [
    'a provider without issuer together with a secret',
    { secret, jwks: { uri } },
    '"jwks.issuer" is missing. With other keys',
  ],
  ['a provider without issuer together with another', { jwks: [{ issuer }, { uri }] }, '"jwks[1].issuer" is missing'],
])('%s stops the start', async (_, options, message) => {
  const error = await errorOf(() => resolveSettings(options));
  expect(error).toBeInstanceOf(TypeError);
  expect(error?.message).toContain(message);
});
