import { execFileSync } from 'node:child_process';
import { createSecretKey, KeyObject, webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JwtAlgorithm, KeyMaterial, KeyOptions } from 'nestjs-jwt-extended';
import { configure } from '../../../src/module/configuration.js';
import type { OwnKeys } from '../../../src/keys/own-keys.js';
import { SECRET } from '../../support/forge.js';
import { pem, privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';

const keysOf = (options: object): OwnKeys => configure(options, false).ownKeys;

function refusal(options: object): string {
  try {
    keysOf(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('These options were accepted');
}

const entry = (key: unknown, algorithm: JwtAlgorithm, use: KeyOptions['use'] = 'sign') => ({
  keys: [{ kid: 'a', key: key as KeyMaterial, algorithm, use }],
});

/** A private key signs. After its entry has changed to use verify, it only verifies. */
function expectBothUses(key: unknown, algorithm: JwtAlgorithm): void {
  const signing = keysOf(entry(key, algorithm)).current[0]?.verification.key;
  const retired = keysOf(entry(key, algorithm, 'verify')).current[0]?.verification.key;
  expect(signing?.type).toBe(retired?.type);
  expect(retired?.equals(signing as KeyObject)).toBe(true);
}

const { subtle } = webcrypto;

/** What WebCrypto makes and exports. */
const WEB_KEYS: [
  algorithm: JwtAlgorithm,
  make: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { name: string },
][] = [
  [
    'RS256',
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  ],
  ['PS384', { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-384' }],
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['ES384', { name: 'ECDSA', namedCurve: 'P-384' }],
  ['ES512', { name: 'ECDSA', namedCurve: 'P-521' }],
  ['EdDSA', { name: 'Ed25519' }],
];

describe.each(WEB_KEYS)('a key of WebCrypto for %s', (algorithm, parameters) => {
  let pair: webcrypto.CryptoKeyPair;
  beforeAll(async () => {
    pair = await subtle.generateKey(parameters as never, true, ['sign', 'verify']);
  });

  it('exported as a JWK, whose key_ops are sign alone, signs and later only verifies', async () => {
    const jwk = await subtle.exportKey('jwk', pair.privateKey);
    expect(jwk.key_ops).toEqual(['sign']);
    expect(jwk.ext).toBe(true);
    expectBothUses(jwk, algorithm);
    expectBothUses(JSON.stringify(jwk), algorithm);
  });

  it('exported as PKCS #8 signs and later only verifies', async () => {
    expectBothUses(new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey)), algorithm);
  });

  it('exported as a public JWK or as SPKI verifies', async () => {
    const jwk = await subtle.exportKey('jwk', pair.publicKey);
    expect(jwk.key_ops).toEqual(['verify']);
    const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
    for (const publicKey of [jwk, spki])
      expect(keysOf({ algorithm, publicKey }).current[0]?.verification.key.type).toBe('public');
  });

  it('as a CryptoKey is refused with the cure, which works', () => {
    const privateKey: unknown = pair.privateKey;
    expect(refusal({ algorithm, privateKey })).toContain('it is a CryptoKey. Pass KeyObject.from(key) of node:crypto');
    expectBothUses(KeyObject.from(pair.privateKey), algorithm);
    expect(refusal({ algorithm, privateKey: pair })).toContain('it is a pair of keys. Pass its privateKey');
  });
});

describe('a secret of WebCrypto', () => {
  it.each([[['sign']], [['verify']], [['sign', 'verify']]] as [webcrypto.KeyUsage[]][])(
    'with the usages %j',
    async (usages) => {
      const made = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, true, usages);
      const jwk = await subtle.exportKey('jwk', made);
      expect(keysOf(entry(jwk, 'HS256', 'verify')).current).toHaveLength(1);
      expect(keysOf({ secret: [SECRET, jwk] }).current).toHaveLength(2);
      if (usages.includes('sign')) expect(keysOf(entry(jwk, 'HS256')).signingKey.key.type).toBe('secret');
      else expect(refusal(entry(jwk, 'HS256'))).toContain("key_ops do not have 'sign'");
    },
  );
});

describe('key_ops of a JWK', () => {
  const jwk = (key: KeyObject, key_ops: unknown) => ({ ...key.export({ format: 'jwk' }), key_ops });
  const [secret, ec, publicEc] = [createSecretKey(Buffer.from(SECRET)), privateKeyFor('ES256'), publicKeyFor('ES256')];

  it.each<[what: string, key: object, algorithm: JwtAlgorithm, use: KeyOptions['use']]>([
    ['a private key for verifying alone that signs', jwk(ec, ['verify']), 'ES256', 'sign'],
    ['a private key for nothing', jwk(ec, []), 'ES256', 'verify'],
    ['a private key for encryption', jwk(ec, ['deriveKey']), 'ES256', 'verify'],
    ['a public key for signing', jwk(publicEc, ['sign']), 'ES256', 'verify'],
    ['key_ops that are no list', jwk(ec, 'sign'), 'ES256', 'sign'],
    ['a secret for encryption', jwk(secret, ['encrypt']), 'HS256', 'verify'],
  ])('refuse %s', (_what, key, algorithm, use) => {
    expect(refusal(entry(key, algorithm, use))).toContain(`key_ops do not have '${use}'`);
  });
});

describe('the name of a JWK', () => {
  const named = { ...privateKeyFor('ES256').export({ format: 'jwk' }), kid: 'name-of-the-jwk' };
  const secret = { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), kid: 'name-of-the-jwk' };

  it.each<[what: string, key: KeyMaterial, algorithm: JwtAlgorithm]>([
    ['an object', named, 'ES256'],
    ['a text', JSON.stringify(named), 'ES256'],
    ['a text in quotes', `'${JSON.stringify(named, null, 2)}'`, 'ES256'],
    ['bytes', Buffer.from(JSON.stringify(named)), 'ES256'],
    ['base64', Buffer.from(JSON.stringify(named)).toString('base64'), 'ES256'],
    ['a secret', secret, 'HS256'],
    ['a secret as a text', JSON.stringify(secret), 'HS256'],
  ])('is the name of the key: %s', (_what, key, algorithm) => {
    const keys = keysOf({ keys: [{ key, algorithm, use: 'sign' }] });
    expect(keys.signingKey.kid).toBe('name-of-the-jwk');
  });

  it('is required of a secret', () => {
    const text = JSON.stringify({ other: { kid: 'a' }, text: SECRET });
    for (const key of [text, JSON.stringify({ ...secret, kid: undefined }), SECRET]) {
      expect(refusal({ keys: [{ key, algorithm: 'HS256', use: 'sign' }] })).toMatch(
        /A secret needs a name|without a name/,
      );
    }
  });
});

describe('a key of a cloud console', () => {
  it('of Azure Key Vault has its own names of types and curves', () => {
    const rsa = publicKeyFor('RS256').export({ format: 'jwk' });
    const operations = ['sign', 'verify', 'wrapKey', 'unwrapKey', 'encrypt', 'decrypt'];
    const kid = 'https://vault.vault.azure.net/keys/jwt/7f1';
    expect(keysOf(entry({ ...rsa, kty: 'RSA-HSM', key_ops: operations, kid }, 'RS256', 'verify')).current).toHaveLength(
      1,
    );
    const ec = publicKeyFor('ES256K').export({ format: 'jwk' });
    expect(keysOf(entry({ ...ec, kty: 'EC-HSM', crv: 'P-256K' }, 'ES256K', 'verify')).current).toHaveLength(1);
  });

  it('of AWS KMS is the base64 of DER', () => {
    const der = publicKeyFor('RS256').export({ type: 'spki', format: 'der' }).toString('base64');
    expect(keysOf({ algorithm: 'RS256', publicKey: der }).current).toHaveLength(1);
  });

  it('of an identity provider has a certificate, too', () => {
    const jwk = {
      ...publicKeyFor('RS256').export({ format: 'jwk' }),
      use: 'sig',
      x5c: ['MIIC'],
      x5t: 'a',
      alg: 'RS256',
    };
    expect(keysOf({ algorithm: 'RS256', publicKey: jwk }).current).toHaveLength(1);
    expect(refusal({ algorithm: 'RS256', publicKey: { keys: [jwk] } })).toContain(
      'it is a JWK Set. Pass one of its keys',
    );
  });
});

describe('a key of ssh-keygen', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ssh-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const make = (type: string, name: string, ...options: string[]): string => {
    const path = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path, ...options]);
    return path;
  };

  it.each<[what: string, type: string, options: string[], algorithm: JwtAlgorithm]>([
    ['RSA as PEM', 'rsa', ['-b', '2048', '-m', 'PEM'], 'RS256'],
    ['RSA as PKCS #8', 'rsa', ['-b', '2048', '-m', 'PKCS8'], 'RS256'],
    ['ECDSA as PEM', 'ecdsa', ['-b', '256', '-m', 'PEM'], 'ES256'],
    ['ECDSA as PKCS #8', 'ecdsa', ['-b', '256', '-m', 'PKCS8'], 'ES256'],
  ])('%s is read', (_what, type, options, algorithm) => {
    const path = make(type, `${type}-${options.at(-1)}`, ...options);
    expectBothUses(readFileSync(path, 'utf8'), algorithm);
    for (const format of ['PEM', 'PKCS8']) {
      if (type === 'ecdsa' && format === 'PEM') continue;
      const publicKey = execFileSync('ssh-keygen', ['-e', '-m', format, '-f', `${path}.pub`], { encoding: 'utf8' });
      expect(keysOf({ algorithm, publicKey }).current).toHaveLength(1);
    }
  });

  it.each<[type: string, algorithm: JwtAlgorithm]>([
    ['rsa', 'RS256'],
    ['ecdsa', 'ES256'],
  ])('%s in its own format is converted by the command of the message', (type, algorithm) => {
    const path = make(type, `${type}-own`);
    expect(refusal({ algorithm, privateKey: readFileSync(path, 'utf8') })).toContain('ssh-keygen -p -m PKCS8 -f key');
    expect(refusal({ algorithm, publicKey: readFileSync(`${path}.pub`, 'utf8') })).toContain('-e -m PKCS8 -f key.pub');
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', '', '-m', 'PKCS8', '-f', path]);
    expectBothUses(readFileSync(path, 'utf8'), algorithm);
  });

  it('Ed25519 is refused with the command that makes a key', () => {
    const path = make('ed25519', 'ed25519-own');
    for (const file of [path, `${path}.pub`]) {
      const options = { algorithm: 'EdDSA', [file === path ? 'privateKey' : 'publicKey']: readFileSync(file, 'utf8') };
      expect(refusal(options)).toContain('is in the format of SSH.');
      expect(refusal(options)).toContain('openssl genpkey -algorithm ed25519 -out private.pem');
    }
  });
});

describe('an encrypted key', () => {
  const options = { cipher: 'aes-256-cbc', passphrase: 'open', format: 'pem' } as const;

  it.each<[what: string, text: string]>([
    [
      'PKCS #8',
      privateKeyFor('RS256')
        .export({ ...options, type: 'pkcs8' })
        .toString(),
    ],
    [
      'PKCS #1',
      privateKeyFor('RS256')
        .export({ ...options, type: 'pkcs1' })
        .toString(),
    ],
    [
      'SEC 1',
      privateKeyFor('ES256')
        .export({ ...options, type: 'sec1' })
        .toString(),
    ],
    [
      'PKCS #8 on one line',
      privateKeyFor('RS256')
        .export({ ...options, type: 'pkcs8' })
        .toString()
        .replaceAll('\n', ''),
    ],
    [
      'PKCS #1 on one line',
      privateKeyFor('RS256')
        .export({ ...options, type: 'pkcs1' })
        .toString()
        .replaceAll('\n', ' '),
    ],
  ])('as %s is refused with the cure', (_what, privateKey) => {
    expect(refusal({ algorithm: 'RS256', privateKey })).toContain(
      'is encrypted. Decrypt it with createPrivateKey({ key, pass',
    );
  });

  it('is accepted after its decryption', () => {
    expectBothUses(pem(privateKeyFor('RS256')), 'RS256');
  });
});
