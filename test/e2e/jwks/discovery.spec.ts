import { Logger } from '@nestjs/common';
import { KeysUnavailableException, type IdentityProviderOptions } from 'nestjs-jwt-extended';
import { foreignToken, jwks, providerKey } from '../../support/identity-provider.js';
import { withJwtApp } from '../../support/jwt-app.js';
import { json, status, useKeyServer } from '../../support/key-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { errorOf, tokenService } from '../../support/token-service.js';

const server = useKeyServer();
const key = providerKey('a');
const CONFIGURATION = '/.well-known/openid-configuration';

const service = (provider: object = {}) => {
  const jwks: IdentityProviderOptions = { issuer: server.url, audience: false, cooldown: '50ms', ...provider };
  return tokenService({ jwks });
};

/** The reason why the keys could not be fetched. */
async function failure(provider: object = {}): Promise<string | undefined> {
  const tokens = await service(provider);
  const error = await errorOf(() => tokens.verify(foreignToken(key, { iss: server.url, ...provider })));
  expect(error).toBeInstanceOf(KeysUnavailableException);
  return (error?.cause as Error).message;
}

beforeEach(() => {
  server.keys = json(jwks(key));
});

it('finds the keys by the issuer, once', async () => {
  server.paths.set(CONFIGURATION, json({ issuer: server.url, jwks_uri: server.keysUrl }));
  const tokens = await service();
  await tokens.verify(foreignToken(key, { iss: server.url }));
  await new Promise((resolve) => setTimeout(resolve, 60));
  await errorOf(() => tokens.verify(foreignToken({ ...key, kid: 'b' }, { iss: server.url })));
  expect(server.requests).toEqual([CONFIGURATION, '/keys', '/keys']);
});

it('looks the address up again after a failure, because the keys may have moved', async () => {
  server.paths.set(CONFIGURATION, json({ issuer: server.url, jwks_uri: server.keysUrl }));
  const tokens = await service();
  await tokens.verify(foreignToken(key, { iss: server.url }));
  server.keys = status(410);
  const moved = providerKey('b');
  server.paths.set(CONFIGURATION, json({ issuer: server.url, jwks_uri: `${server.url}/moved` }));
  server.paths.set('/moved', json(jwks(moved)));
  for (let attempt = 0; attempt < 2; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await errorOf(() => tokens.verify(foreignToken(moved, { iss: server.url })));
  }
  await tokens.verify(foreignToken(moved, { iss: server.url }));
  expect(server.requests).toEqual([CONFIGURATION, '/keys', '/keys', CONFIGURATION, '/moved']);
});

describe('refuses a configuration', () => {
  it.each<[what: string, document: () => object, message: RegExp]>([
    [
      'of another issuer',
      () => ({ issuer: `${server.url}/`, jwks_uri: server.keysUrl }),
      /configuration of another issuer/,
    ],
    ['of nobody', () => ({ jwks_uri: server.keysUrl }), /configuration of another issuer: undefined/],
    ['without jwks_uri', () => ({ issuer: server.url }), /jwks_uri that is no absolute address/],
    ['with a jwks_uri that is a path', () => ({ issuer: server.url, jwks_uri: '/keys' }), /no absolute address/],
    ['with keys over http', () => ({ issuer: server.url, jwks_uri: 'http://idp.example/keys' }), /must be https/],
    ['with keys in a file', () => ({ issuer: server.url, jwks_uri: 'file:///etc/passwd' }), /must be https, not file:/],
    ['with a password', () => ({ issuer: server.url, jwks_uri: 'https://a:b@idp.example/' }), /user name or password/],
  ])('%s', async (_, document, message) => {
    server.paths.set(CONFIGURATION, json(document()));
    expect(await failure()).toMatch(message);
    expect(server.requests).toEqual([CONFIGURATION]);
  });

  it('with keys at http on the same machine, for an https issuer', async () => {
    const issuer = 'https://idp.example';
    const paths: string[] = [];
    const fake = async (address: string | URL | Request) => {
      paths.push(address as string);
      return new Response(JSON.stringify({ issuer, jwks_uri: server.keysUrl }));
    };
    const tokens = await service({ issuer, fetch: fake });
    const error = await errorOf(() => tokens.verify(foreignToken(key, { iss: issuer })));
    expect((error?.cause as Error).message).toMatch('must be https, like the issuer');
    expect(paths).toEqual([`${issuer}${CONFIGURATION}`]);
  });
});

it('fetches with the option fetch', async () => {
  const paths: unknown[] = [];
  const own: typeof fetch = (address, init) => {
    paths.push(address);
    return fetch(address, init);
  };
  const tokens = await service({ uri: server.keysUrl, fetch: own });
  await tokens.verify(foreignToken(key, { iss: server.url }));
  expect(paths).toEqual([server.keysUrl]);
});

it('logs a warning at the start for a provider without audience', async () => {
  const logger = new RecordingLogger();
  const providers = [
    { issuer: 'https://a.example', uri: server.keysUrl },
    { issuer: 'https://b.example', uri: server.keysUrl, audience: 'api' },
  ];
  const setup = { options: { jwks: providers }, prepare: () => Logger.overrideLogger(logger) };
  await withJwtApp('express', setup, async () => undefined);
  Logger.overrideLogger(false);
  expect(logger.warnings.filter((line) => line.includes('audience'))).toEqual([
    expect.stringMatching(/^jwks\[0\] has no audience: .*audience: false/),
  ]);
});
