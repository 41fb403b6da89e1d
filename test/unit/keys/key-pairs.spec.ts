import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import type { JwtAlgorithm, KeyMaterial } from 'nestjs-jwt-extended';
import { configure } from '../../../src/module/configuration.js';
import { SECRET } from '../../support/forge.js';
import { CERTIFICATE, pem, privateKeyFor, publicKeyFor, sshPublicKey } from '../../support/key-pairs.js';

const ring = (options: object) => configure(options, false).ownKeys;

function refusal(options: object): string {
  try {
    ring(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  return 'nothing was wrong';
}

const ec = privateKeyFor('ES256');
const rsa = privateKeyFor('RS256');
const jwk = (key: KeyObject, changes: object = {}) => ({ ...key.export({ format: 'jwk' }), ...changes });
const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' | 'spki') =>
  key.export({ format: 'der', type } as never) as unknown as Buffer;
const text = (key: KeyObject, type: 'pkcs1' | 'sec1') => key.export({ format: 'pem', type } as never).toString();
const small = (y: string) => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(y, 'hex').toString('base64url') });

describe('a key pair is accepted', () => {
  it.each<[what: string, algorithm: JwtAlgorithm, privateKey: KeyMaterial]>([
    ['as PEM (PKCS #8)', 'ES256', pem(ec)],
    ['as PEM (PKCS #1)', 'RS256', text(rsa, 'pkcs1')],
    ['as PEM (SEC 1)', 'ES256', text(ec, 'sec1')],
    ['as PEM after other text, with blanks around', 'ES256', `\n  # my key\n${pem(ec)}  `],
    ['as PEM whose line breaks are \\n, as in environments', 'ES256', pem(ec).replaceAll('\n', '\\n')],
    ['as PEM with the line breaks of Windows', 'ES256', pem(ec).replaceAll('\n', '\r\n')],
    ['as the bytes of PEM', 'ES256', Buffer.from(pem(ec))],
    ['as DER (PKCS #8)', 'ES256', der(ec, 'pkcs8')],
    ['as DER (PKCS #1)', 'RS256', new Uint8Array(der(rsa, 'pkcs1'))],
    ['as DER (SEC 1)', 'ES256', der(ec, 'sec1')],
    ['as a JWK', 'ES256', jwk(ec)],
    ['as a JWK that says what it is for', 'ES256', jwk(ec, { alg: 'ES256', use: 'sig', key_ops: ['sign'] })],
    ['as the text of a JWK', 'ES256', JSON.stringify(jwk(ec), null, 2)],
    ['as a KeyObject', 'EdDSA', privateKeyFor('EdDSA')],
  ])('%s', (_what, algorithm, privateKey) => {
    const keys = ring({ algorithm, privateKey });
    expect(keys.signingKey.key.type).toBe('private');
    expect(keys.keysFor({ alg: algorithm })[0]?.key.equals(publicKeyFor(algorithm))).toBe(true);
  });

  it.each<[what: string, algorithm: JwtAlgorithm, publicKey: KeyMaterial]>([
    ['as PEM (SPKI)', 'RS256', pem(publicKeyFor('RS256'))],
    ['as PEM (PKCS #1)', 'RS256', text(publicKeyFor('RS256'), 'pkcs1')],
    ['as DER (SPKI)', 'ES256', der(publicKeyFor('ES256'), 'spki')],
    ['as DER (PKCS #1)', 'RS256', der(publicKeyFor('RS256'), 'pkcs1')],
    ['as a JWK', 'EdDSA', jwk(publicKeyFor('EdDSA'), { use: 'sig', key_ops: ['verify'] })],
    ['as the text of a JWK', 'ES512', JSON.stringify(jwk(publicKeyFor('ES512')))],
    ['as a KeyObject', 'ES256K', publicKeyFor('ES256K')],
  ])('as a public key without a private key, %s', (_what, algorithm, publicKey) => {
    const keys = ring({ algorithm, publicKey });
    expect(keys.keysFor({ alg: algorithm })[0]?.key.equals(publicKeyFor(algorithm))).toBe(true);
    expect(() => keys.signingKey).toThrow('This service verifies tokens and cannot create them');
  });

  it('as a private and a public key', () => {
    const both = { algorithm: 'ES256', privateKey: pem(ec), publicKey: jwk(createPublicKey(ec)) };
    expect(ring(both).keysFor({ alg: 'ES256' })).toHaveLength(1);
  });

  it('for PS* as a key that is only for RSASSA-PSS', () => {
    const options = { modulusLength: 2048, hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 };
    const { privateKey } = generateKeyPairSync('rsa-pss', options as never) as unknown as { privateKey: KeyObject };
    expect(ring({ algorithm: 'PS384', privateKey }).signingKey.algorithm).toBe('PS384');
    expect(refusal({ algorithm: 'PS256', privateKey })).toContain('is bound to sha384, MGF1 with sha384');
    expect(refusal({ algorithm: 'RS384', privateKey })).toContain('is of type rsa-pss');
    expect(refusal({ algorithm: 'PS384', decodeAlgorithms: ['RS384'], privateKey })).toContain('RS384 needs a key');
  });

  it('for RS* and PS* together as one RSA key, which signs with one algorithm', () => {
    const keys = ring({ algorithm: 'PS256', decodeAlgorithms: ['RS256', 'RS512'], privateKey: rsa });
    expect(keys.signingKey.algorithm).toBe('PS256');
    for (const alg of ['PS256', 'RS256', 'RS512']) expect(keys.keysFor({ alg })).toMatchObject([{ algorithm: alg }]);
    expect(() => keys.keysFor({ alg: 'PS512' })).toThrow('not allowed');
    expect(keys.published).toMatchObject([{ kty: 'RSA', alg: 'PS256' }]);
  });
});

describe('a key pair is refused', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const encrypted = ec.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open' }).toString();

  it.each<[what: string, options: object, message: string]>([
    ['without any key', { algorithm: 'RS256' }, 'option "privateKey" is missing, and RS256 needs one'],
    [
      'together with a secret',
      { algorithm: 'ES256', privateKey: pem(ec), secret: SECRET },
      'option "secret" is not for ES256',
    ],
    ['for HS256', { secret: SECRET, privateKey: pem(ec) }, 'option "privateKey" is not for HS256'],
    ['for HS256, the public half', { secret: SECRET, publicKey: 'PEM' }, 'option "publicKey" is not for HS256'],
    ['under 2048 bits', { algorithm: 'RS256', privateKey: weak }, 'has 1024 bits; at least 2048 are required'],
    ['with the exponent 1', { algorithm: 'RS256', publicKey: jwk(publicKeyFor('RS256'), { e: 'AQ' }) }, 'exponent 1.'],
    [
      'with an even exponent',
      { algorithm: 'PS256', publicKey: jwk(publicKeyFor('RS256'), { e: 'AQAA' }) },
      'exponent 65536.',
    ],
    [
      'of another kind',
      { algorithm: 'RS256', privateKey: ec },
      'is of type ec. RS256 needs a key from this command: openssl',
    ],
    ['of another kind', { algorithm: 'EdDSA', privateKey: ec }, 'openssl genpkey -algorithm ed25519'],
    ['on another curve', { algorithm: 'ES384', privateKey: ec }, 'is on the curve prime256v1.'],
    ['on another curve', { algorithm: 'ES256K', privateKey: ec }, 'ec_paramgen_curve:secp256k1'],
    ['on X25519', { algorithm: 'EdDSA', privateKey: generateKeyPairSync('x25519').privateKey }, 'is of type x25519'],
    ['on Ed448', { algorithm: 'EdDSA', privateKey: generateKeyPairSync('ed448').privateKey }, 'is of type ed448'],
    [
      'off its curve',
      { algorithm: 'ES256', publicKey: jwk(ec, { d: undefined, x: jwk(ec).y }) },
      'cannot be read as a key',
    ],
    [
      'as a private key that is public',
      { algorithm: 'ES256', privateKey: pem(publicKeyFor('ES256')) },
      '"privateKey" is a public key, but must be the private key',
    ],
    [
      'as a public key that is private',
      { algorithm: 'ES256', publicKey: pem(ec) },
      '"publicKey" is a private key, but must be the public key',
    ],
    [
      'as a public JWK with the private half',
      { algorithm: 'ES256', publicKey: jwk(ec) },
      'openssl pkey -in private.pem -pubout',
    ],
    [
      'as a secret',
      { algorithm: 'ES256', privateKey: createSecretKey(Buffer.from(SECRET)) },
      'is a secret key, but must be the private key. ES256 needs a key pair',
    ],
    ['as a secret in a JWK', { algorithm: 'ES256', privateKey: { kty: 'oct', k: 'AAAA' } }, "is a secret (kty: 'oct')"],
    [
      'of halves that do not match',
      { algorithm: 'ES256', privateKey: pem(ec), publicKey: publicKeyFor('ES256', 'other') },
      'does not match "privateKey"',
    ],
    [
      'as a JWK of halves that do not match',
      { algorithm: 'ES256', privateKey: jwk(ec, { d: jwk(privateKeyFor('ES256', 'other')).d }) },
      'has a public half that belongs to another key',
    ],
    [
      'as a JWK for another algorithm',
      { algorithm: 'RS256', publicKey: jwk(publicKeyFor('RS256'), { alg: 'PS256' }) },
      'is a JWK for "PS256"',
    ],
    [
      'as a JWK for encryption',
      { algorithm: 'RS256', publicKey: jwk(publicKeyFor('RS256'), { use: 'enc' }) },
      'with use: "enc"',
    ],
    [
      'as a JWK that must not sign',
      { algorithm: 'ES256', privateKey: jwk(ec, { key_ops: ['verify'] }) },
      "key_ops do not have 'sign'",
    ],
    [
      'as a JWK Set',
      { algorithm: 'ES256', publicKey: JSON.stringify({ keys: [jwk(publicKeyFor('ES256'))] }) },
      'Of a JWK Set, pass one key',
    ],
    ['as a JWK without kty', { algorithm: 'ES256', publicKey: { x: 'a' } }, 'an object without "kty"'],
    ['as broken JSON', { algorithm: 'ES256', publicKey: '{"kty":' }, 'is not a JWK'],
    [
      'encrypted',
      { algorithm: 'ES256', privateKey: encrypted },
      'is encrypted. Decrypt it with createPrivateKey({ key, passphrase })',
    ],
    [
      'as a certificate',
      { algorithm: 'ES256', publicKey: CERTIFICATE },
      'openssl x509 -in certificate.pem -noout -pubkey',
    ],
    [
      'in the format of SSH',
      { algorithm: 'EdDSA', publicKey: sshPublicKey(publicKeyFor('EdDSA')) },
      'ssh-keygen -e -m PKCS8',
    ],
    [
      'as a path',
      { algorithm: 'ES256', publicKey: './public.pem' },
      'A file path is not read: pass the text of the file',
    ],
    ['that is empty', { algorithm: 'ES256', publicKey: '' }, 'is empty. If it comes from an environment variable'],
    ['of broken PEM', { algorithm: 'ES256', privateKey: pem(ec).slice(0, 80) }, 'cannot be read as a key'],
    [
      'of broken DER',
      { algorithm: 'ES256', privateKey: der(ec, 'pkcs8').subarray(0, 40) },
      'cannot be read as a key in DER',
    ],
    ['that is no key', { algorithm: 'ES256', privateKey: 7 }, 'must be PEM, a JWK or a KeyObject; it is number'],
    ['that is a list', { algorithm: 'ES256', privateKey: [pem(ec)] }, 'it is a list'],
    [
      'for curves that differ',
      { algorithm: 'ES256', decodeAlgorithms: ['ES384'], privateKey: ec },
      'ES384 needs a key',
    ],
    [
      'for families that differ',
      { algorithm: 'RS256', decodeAlgorithms: ['ES256'], privateKey: rsa },
      'mixes ecdsa and rsa algorithms',
    ],
  ])('%s: %#', (_what, options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ])('as a point of small order, for which anyone can sign: %s', (point) => {
    expect(refusal({ algorithm: 'EdDSA', publicKey: small(point) })).toContain('is a point of small order');
  });

  it('with a message that contains no part of the key', () => {
    for (const privateKey of [
      pem(ec).slice(0, 100),
      JSON.stringify(jwk(ec)).slice(0, -9),
      pem(weak),
      jwk(ec, { alg: 'X' }),
    ]) {
      const d = String(jwk(ec).d).slice(0, 10);
      expect(refusal({ algorithm: 'ES256', privateKey })).not.toMatch(new RegExp(`MIG|MIIC|${d}`));
    }
  });
});

describe('an RSA key', () => {
  it('has 2048 to 16384 bits', () => {
    expect(() => ring({ algorithm: 'RS256', privateKey: rsa })).not.toThrow();
    // The modulus need not be a product of two primes: only its size is checked.
    const n = Buffer.from(createHash('sha512').update('a').digest('hex').repeat(17).slice(0, 2050));
    n[0] = 0xff;
    const publicKey = { kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' };
    expect(refusal({ algorithm: 'RS256', publicKey })).toContain('at most 16384 are accepted');
  });
});

it('preparing a private key does not change it', () => {
  const key = createPrivateKey(pem(ec));
  expect(ring({ algorithm: 'ES256', privateKey: key }).signingKey.key).toBe(key);
});
