import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import type { JwtAlgorithm, JwtExtendedOptions, KeyMaterial } from 'nestjs-jwt-extended';
import { SECRET } from '../../support/forge.js';
import { CERTIFICATE, publicKeyFor, sshPublicKey } from '../../support/key-pairs.js';
import { errorOf, tokenService } from '../../support/token-service.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PUBLIC_PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE_PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const DER = publicKey.export({ type: 'spki', format: 'der' });
const BASE64 = PUBLIC_PEM.replace(/-----.*-----/g, '');
const SSH = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} alice@host`;

async function refusal(secret: unknown, options: JwtExtendedOptions = {}): Promise<string> {
  const error = await errorOf(() => tokenService({ ...options, secret: secret as KeyMaterial }));
  expect(error).toBeInstanceOf(TypeError);
  return error?.message ?? '';
}

describe('a secret', () => {
  it.each([undefined, null])(
    'that is %s is refused, and the message contains forRootAsync as the cure',
    async (secret) => {
      const message = await refusal(secret);
      expect(message).toContain(`JwtExtendedModule option "secret" is missing, and HS256 needs one`);
      expect(message).toContain('forRootAsync({ inject: [ConfigService]');
    },
  );

  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as [JwtAlgorithm, number][])('for %s has at least %d bytes', async (algorithm, least) => {
    await expect(tokenService({ algorithm, secret: SECRET.slice(0, least) })).resolves.toBeDefined();
    const message = await refusal(SECRET.slice(0, least - 1), { algorithm });
    expect(message).toContain(
      `JwtExtendedModule option "secret" has ${least - 1} bytes; ${algorithm} needs at least ${least} (RFC 7518 s.3.2)`,
    );
    expect(message).toContain(`randomBytes(${least})`);
  });

  it('is measured in bytes, not in characters', async () => {
    await expect(tokenService({ secret: 'öü'.repeat(8) })).resolves.toBeDefined();
    expect(await refusal(`ö${'ü'.repeat(14)}`)).toContain('has 30 bytes');
  });

  it('must be long enough for every accepted algorithm', async () => {
    expect(await refusal('xy'.repeat(16), { decodeAlgorithms: ['HS512'] })).toContain('HS512 needs at least 64');
  });

  it('may be short with allowWeakSecret, but not empty', async () => {
    await expect(tokenService({ secret: 'x', allowWeakSecret: true })).resolves.toBeDefined();
    expect(await refusal('', { allowWeakSecret: true })).toContain('is empty: anyone could make such tokens');
    expect(await refusal(Buffer.alloc(0), { allowWeakSecret: true })).toContain('is empty');
  });

  it.each<[what: string, secret: KeyMaterial]>([
    ['spaces', ' '.repeat(32)],
    ['spaces, tabs and line breaks', ' \t\r\n'.repeat(16)],
    ['no-break spaces', '\u00a0'.repeat(32)],
    ['spaces as bytes', Buffer.alloc(64, ' ')],
    ['spaces in a JWK', { kty: 'oct', k: Buffer.alloc(32, ' ').toString('base64url') }],
    ['spaces in a KeyObject', createSecretKey(Buffer.alloc(32, ' '))],
  ])('must not be blank: %s', async (_what, secret) => {
    for (const allowWeakSecret of [false, true]) {
      expect(await refusal(secret, { allowWeakSecret })).toContain('has only blanks: anyone could make such tokens');
    }
    expect(await refusal([SECRET, secret])).toContain('option "secret", key 2, has only blanks');
  });

  it.each([
    ['a public key in PEM', PUBLIC_PEM],
    ['a private key in PEM', PRIVATE_PEM],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'.padEnd(100)],
    ['PEM after other text', `subject: CN=x\n${PUBLIC_PEM}`],
    ['PEM as a Buffer', Buffer.from(PUBLIC_PEM)],
    ['PEM as bytes', new Uint8Array(Buffer.from(PRIVATE_PEM))],
    ['PEM as a secret KeyObject', createSecretKey(Buffer.from(PUBLIC_PEM))],
    ['PEM without its first and last line', BASE64],
    ['PEM in base64', Buffer.from(PUBLIC_PEM).toString('base64')],
    ['DER', DER],
    ['DER of a private key', privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['DER of an RSA key (PKCS #1)', publicKeyFor('RS256').export({ type: 'pkcs1', format: 'der' })],
    ['DER in base64', DER.toString('base64')],
    ['DER in base64 in lines', DER.toString('base64').replace(/.{64}/g, '$&\r\n')],
    ['DER in base64url', DER.toString('base64url')],
    ['DER in hex', DER.toString('hex')],
    ['the bytes of DER in base64', Buffer.from(DER.toString('base64'))],
    ['a JWK', publicKey.export({ format: 'jwk' })],
    ['a private JWK', privateKey.export({ format: 'jwk' })],
    ['the text of a JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
    ['the text of a JWK, indented', ` ${JSON.stringify(publicKey.export({ format: 'jwk' }), null, 2)}\n`],
    ['the text of a JWK Set', JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] })],
    ['a JWK in base64', Buffer.from(JSON.stringify(publicKey.export({ format: 'jwk' }))).toString('base64')],
    ['a certificate in DER', Buffer.from(CERTIFICATE.split('\n').slice(1, -2).join(''), 'base64')],
    ['an SSH public key without its name', sshPublicKey(publicKeyFor('EdDSA')).split(' ')[1]],
    ['an SSH public key', SSH],
    ['an RSA SSH public key', `ssh-rsa ${'A'.repeat(60)}`],
    ['an ECDSA SSH public key', `ecdsa-sha2-nistp256 ${'A'.repeat(60)}`],
  ])('must not be %s', async (_what, secret) => {
    expect(await refusal(secret)).toMatch(/is a key pair's public or private key|is a (public|private) key; HS256/);
  });

  it.each<[what: string, secret: KeyMaterial]>([
    ['in hex', 'ab'.repeat(32)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['that begins like DER', Buffer.from(`30${'ab'.repeat(40)}`, 'hex')],
    ['that is JSON of something else', JSON.stringify({ a: 'x'.repeat(40) })],
    ['as a JWK', { kty: 'oct', k: 'AB'.repeat(22), alg: 'HS256', use: 'sig', key_ops: ['sign', 'verify'] }],
  ])('may be random bytes %s', async (_what, secret) => {
    await expect(tokenService({ secret })).resolves.toBeDefined();
  });

  it('as a JWK must be valid', async () => {
    expect(await refusal({ kty: 'oct' })).toContain('has no base64url in "k"');
    expect(await refusal({ kty: 'oct', k: 'a+b/' })).toContain('has no base64url in "k"');
    expect(await refusal({ kty: 'oct', k: 'A'.repeat(43), alg: 'HS512' })).toContain('is a JWK for "HS512"');
    expect(await refusal({ kty: 'oct', k: '' })).toContain('is empty');
  });

  it('must not be a KeyObject of a key pair', async () => {
    expect(await refusal(publicKey)).toContain('is a public key; HS256 needs a secret of random bytes');
    expect(await refusal(privateKey)).toContain('is a private key');
    expect(await refusal(createPublicKey(PRIVATE_PEM))).toContain('is a public key');
  });

  it.each([7, true, {}, { k: 'x' }])('must not be %p', async (secret) => {
    expect(await refusal(secret)).toContain('must be a string, bytes (Buffer), a JWK or a KeyObject');
  });

  it('in a list has its position in the message', async () => {
    const good = 'xy'.repeat(16);
    expect(await refusal([good, 'short'])).toContain('option "secret", key 2, has 5 bytes');
    expect(await refusal([])).toContain('is an empty list. The first secret signs, all of them verify');
    expect(await refusal([good, null])).toContain('key 2, must be a string');
  });
});

describe('a key from a callback', () => {
  it.each(['', 'short', PUBLIC_PEM, null, undefined, 7])('of encodeKey is refused: %p', async (key) => {
    const tokens = await tokenService({ encodeKey: () => key as KeyMaterial });
    const error = await errorOf(() => tokens.createAccessToken('alice'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('The key that encodeKey returned');
  });

  it.each(['', 'short', PUBLIC_PEM, 7])('of decodeKey is refused: %p', async (key) => {
    const tokens = await tokenService({ decodeKey: () => key as KeyMaterial });
    const token = await tokens.createAccessToken('alice');
    const error = await errorOf(() => tokens.verify(token));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('The key that decodeKey returned');
  });
});
