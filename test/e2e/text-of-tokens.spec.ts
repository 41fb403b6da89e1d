import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { claimsOf, compact, OTHER_SECRET, SECRET } from '../support/forge.js';
import { foreignToken, jwks, providerKey } from '../support/identity-provider.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired({ fresh: true, scopes: 'orders:read', roles: 'admin' })
  @Get('required')
  required() {}

  @JwtRequired({ optional: true, type: 'refresh' })
  @Get('optional')
  optional() {}
}

/** A client writes this text into each part of a token. */
const TEXT = '<img src=x onerror="alert(1)">';
const TEXTS = [TEXT, [TEXT], { [TEXT]: TEXT }, [1, TEXT]];

const HEADERS = ['alg', 'kid', 'typ', 'cty', 'crit', 'b64', 'jku', 'jwk', 'x5c', TEXT];
const CLAIMS = [
  'iss',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'type',
  'fresh',
  'scope',
  'roles',
  'csrf',
  'sid',
  'tenant',
  TEXT,
];

const ISSUER = 'https://idp.example';
const PROVIDER_KEY = providerKey('own');
const provider = {
  issuer: ISSUER,
  uri: `${ISSUER}/keys`,
  audience: 'api',
  fetch: async () => Response.json(jwks(PROVIDER_KEY)),
};

const SETUPS: [string, () => JwtExtendedOptions][] = [
  ['a secret', () => ({})],
  ['issuer and audience', () => ({ issuer: 'us', audience: 'api', requiredClaims: ['exp', 'jti'] })],
  ['a ring of keys', () => ({ secret: undefined, keys: [{ kid: 'k', key: SECRET, algorithm: 'HS256', use: 'sign' }] })],
  ['decodeKey', () => ({ decodeKey: () => ({ key: SECRET, claims: { tenant: 't' } }) })],
  ['decodeKey without a key', () => ({ decodeKey: () => null })],
  ['an identity provider', () => ({ jwks: provider })],
  ['only one', () => ({ secret: undefined, jwks: provider })],
  ['callbacks that refuse', () => ({ isTokenRevoked: () => true, verifyToken: () => false, userLookup: () => null })],
];

/** Tokens with the text in each part, signed with the key of the application and with another key. */
function tokens(): string[] {
  const signings = [{}, { secret: OTHER_SECRET }];
  const variants = TEXTS.flatMap((value) => [
    ...HEADERS.map((name) => ({ header: { [name]: value }, claims: {} })),
    ...CLAIMS.map((name) => ({ header: {}, claims: { [name]: value } })),
  ]);
  const signed = variants.flatMap(({ header, claims }) =>
    signings.map((signing) =>
      compact(JSON.stringify({ alg: 'HS256', ...header }), JSON.stringify(claimsOf(claims)), signing),
    ),
  );
  const foreign = variants.map(({ header, claims }) =>
    foreignToken(PROVIDER_KEY, { iss: ISSUER, aud: 'api', ...claims }, header),
  );
  const broken = [`{"alg":"HS256"${TEXT}`, TEXT, JSON.stringify(TEXT), `[${JSON.stringify(TEXT)}]`];
  return [
    ...signed,
    ...foreign,
    ...broken.flatMap((text) => [compact(text, '{}'), compact('{"alg":"HS256"}', text)]),
    TEXT.replaceAll(' ', ''),
    `${TEXT.replaceAll(' ', '')}.a.b`,
  ];
}

describe.each(ADAPTERS)('The answer to a refused token on %s', (adapter) => {
  describe.each(SETUPS)('with %s', (_name, optionsOf) => {
    const app = useJwtApp(adapter, { options: optionsOf(), controllers: [RoutesController] });

    it.each(['/required', '/optional'])('contains no text of the token: GET %s', async (path) => {
      const url = `${await app.nest.getUrl()}${path}`;
      for (const token of tokens()) {
        const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
        const answer = JSON.stringify([...response.headers, await response.text()]);
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect([token, answer]).toEqual([token, expect.not.stringMatching(/<img|onerror|alert|src=x/)]);
      }
    });
  });
});
