import { createHmac, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtAlgorithm, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { base64url, claimsOf, compact, forge, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { pem, privateKeyFor, publicKeyFor, sshPublicKey } from '../support/key-pairs.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const serving = (options: JwtExtendedOptions) => ({
  options: { secret: undefined, ...options },
  controllers: [RoutesController],
});

const refused = (msg: string) => ({ status: 422, body: { msg } });
const NOT_ALLOWED = refused('The specified alg value is not allowed');
const NOT_SIGNED = refused('Signature verification failed');
const NO_KEY = refused('No key for this token');

const CLAIMS = base64url(JSON.stringify(claimsOf()));
const inputOf = (header: object) => `${base64url(JSON.stringify(header))}.${CLAIMS}`;

/** Algorithms with the size of a coordinate, in bytes, and the order of the curve (SEC 2). */
const CURVES: [JwtAlgorithm, number, bigint][] = [
  ['ES256', 32, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ['ES256K', 32, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n],
  ['ES384', 48, 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n],
  [
    'ES512',
    66,
    0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  ],
];

const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** A token with any header, signed with any secret. */
function hmacToken(header: object, secret: string | Uint8Array, hash = 'sha256'): string {
  const input = inputOf(header);
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

const der = (key: KeyObject, type: 'spki' | 'pkcs1') =>
  key.export({ format: 'der', type } as never) as unknown as Buffer;

/** The encodings of a public key that an attacker can use as HMAC secret. */
function encodings(key: KeyObject): (string | Uint8Array)[] {
  const jwk = key.export({ format: 'jwk' });
  const spki = pem(key);
  const members = [jwk.x, jwk.y, jwk.n].filter((member) => member !== undefined);
  const bytes = [der(key, 'spki'), ...(jwk.kty === 'RSA' ? [der(key, 'pkcs1')] : [])];
  return [
    spki,
    spki.trim(),
    spki.replaceAll('\n', '\r\n'),
    spki.replaceAll('\n', ''),
    spki.split('\n').slice(1, -2).join(''),
    ...(jwk.kty === 'RSA' ? [key.export({ format: 'pem', type: 'pkcs1' }).toString()] : []),
    ...bytes,
    ...bytes.map((encoded) => encoded.toString('base64')),
    JSON.stringify(jwk),
    JSON.stringify({ ...jwk, alg: 'HS256' }),
    ...members,
    ...members.map((member) => Buffer.from(member, 'base64url')),
    ...(jwk.crv === 'Ed25519' ? [sshPublicKey(key)] : []),
    '',
  ];
}

describe.each(ADAPTERS)('an attacker with only the public key, on %s', (adapter) => {
  describe.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as JwtAlgorithm[])('of %s', (algorithm) => {
    const app = useJwtApp(adapter, serving({ algorithm, publicKey: pem(publicKeyFor(algorithm)) }));
    const ring = useJwtApp(
      adapter,
      serving({
        keys: [
          { kid: 'pair', key: publicKeyFor(algorithm), algorithm, use: 'verify' },
          { kid: 'secret', key: SECRET, algorithm: 'HS256', use: 'sign' },
        ],
      }),
    );

    it.each([
      'none',
      'None',
      'NONE',
      'nOnE',
      'none ',
      '',
      'HS256',
      'HS384',
      'HS512',
      'rs256',
      'RSA',
      'ES512',
      'constructor',
    ])('cannot forge a token with the algorithm %j', async (alg) => {
      for (const signature of ['', base64url(Buffer.alloc(64)), base64url(Buffer.alloc(256))]) {
        expect(await app.get('/', `${inputOf({ alg })}.${signature}`)).toEqual(NOT_ALLOWED);
        expect(await ring.get('/', `${inputOf({ alg, kid: 'pair' })}.${signature}`)).toEqual(NOT_ALLOWED);
      }
    });

    it('cannot forge a token with the public key as HMAC secret', async () => {
      for (const secret of encodings(publicKeyFor(algorithm))) {
        for (const [alg, hash] of [
          ['HS256', 'sha256'],
          ['HS512', 'sha512'],
        ] as const) {
          expect(await app.get('/', hmacToken({ alg, typ: 'JWT' }, secret, hash))).toEqual(NOT_ALLOWED);
          expect(await ring.get('/', hmacToken({ alg, kid: 'pair' }, secret, hash))).toEqual(NOT_ALLOWED);
        }
        expect(await app.get('/', hmacToken({ alg: algorithm }, secret))).toEqual(NOT_SIGNED);
        expect(await ring.get('/', hmacToken({ alg: algorithm, kid: 'pair' }, secret))).toEqual(NOT_SIGNED);
        expect(await ring.get('/', hmacToken({ alg: 'HS256', kid: 'secret' }, secret))).toEqual(NOT_SIGNED);
      }
    });

    it('cannot forge a token that contains its own key', async () => {
      const own = privateKeyFor(algorithm, 'other');
      const jwk = createPublicKey(own).export({ format: 'jwk' });
      let requests = 0;
      const server = createServer((_request, response) => {
        requests += 1;
        response.end(JSON.stringify({ keys: [jwk] }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      for (const brought of [
        { jwk },
        { jku: url },
        { x5u: url },
        { x5c: [der(createPublicKey(own), 'spki').toString('base64')] },
      ]) {
        const input = inputOf({ alg: algorithm, kid: 'pair', ...brought });
        const signature = signed(algorithm, input, own);
        expect(await app.get('/', `${input}.${signature}`)).toEqual(NOT_SIGNED);
        expect(await ring.get('/', `${input}.${signature}`)).toEqual(NOT_SIGNED);
      }
      await new Promise((resolve) => server.close(resolve));
      expect(requests).toBe(0);
    });

    it.each([
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { crit: ['b64'], b64: true },
      { crit: [] },
      { crit: null },
      { crit: 'alg' },
      { b64: false },
      { b64: 'true' },
    ])('cannot use special headers, even with a valid signature: %j', async (parameters) => {
      const input = inputOf({ alg: algorithm, kid: 'pair', ...parameters });
      const token = `${input}.${signed(algorithm, input, privateKeyFor(algorithm))}`;
      expect(await app.get('/', token)).toMatchObject({ status: 422 });
      expect(await ring.get('/', token)).toMatchObject({ status: 422 });
    });
  });

  describe('and a ring of keys', () => {
    const app = useJwtApp(adapter, serving({ keys: [{ kid: 'key', key: SECRET, algorithm: 'HS256', use: 'sign' }] }));

    it.each([
      '',
      ' key',
      'KEY',
      'key\0',
      'key\n',
      'ｋey',
      '../../../../dev/null',
      '/dev/null',
      'C:\\key',
      "' UNION SELECT 'a' -- ",
      '$(id)',
      '{"$gt":""}',
      '__proto__',
      'constructor',
      'toString',
      'https://127.0.0.1:1/key',
      'x'.repeat(10_000),
    ])('finds no key with the kid %j', async (kid) => {
      for (const secret of [SECRET, '', '\0', 'null', 'undefined', '[object Object]']) {
        expect(await app.get('/', hmacToken({ alg: 'HS256', kid }, secret))).toEqual(NO_KEY);
      }
    });

    it.each<unknown>([1, 0, true, null, ['key'], { toString: 'key' }, { 0: 'key' }])(
      'finds no key with the invalid kid %j',
      async (kid) => {
        const answer = await app.get('/', forge({}, { header: { kid } }));
        expect(answer).toEqual(refused('Key ID header parameter must be a string'));
      },
    );

    it('has no key for tokens without a kid, or with an inherited one', async () => {
      expect(await app.get('/', forge())).toEqual(NO_KEY);
      const inherited = compact('{"alg":"HS256","__proto__":{"kid":"key"}}', JSON.stringify(claimsOf()));
      expect(await app.get('/', inherited)).toEqual(NO_KEY);
      const twice = compact('{"alg":"HS256","kid":"key","kid":"other"}', JSON.stringify(claimsOf()));
      expect(await app.get('/', twice)).toEqual(NO_KEY);
    });
  });

  describe.each(CURVES)('cannot forge a signature of %s', (algorithm, size, order) => {
    const app = useJwtApp(adapter, serving({ algorithm, publicKey: publicKeyFor(algorithm) }));
    const input = inputOf({ alg: algorithm });
    const good = Buffer.from(signed(algorithm, input, privateKeyFor(algorithm)), 'base64url');
    const number = (value: bigint) => Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');
    const present = (signature: Uint8Array) => app.get('/', `${input}.${base64url(signature)}`);

    it('with zeros, or numbers above the order', async () => {
      const r = good.subarray(0, size);
      const s = good.subarray(size);
      expect(await present(good)).toMatchObject({ status: 200 });
      const odd = [0n, 1n, order - 1n, order, order + 1n, 256n ** BigInt(size) - 1n].map(number);
      const pairs = [
        ...odd.flatMap((one) => odd.map((other) => [one, other])),
        ...odd.flatMap((one) => [
          [r, one],
          [one, s],
        ]),
      ];
      for (const pair of pairs) expect(await present(Buffer.concat(pair))).toEqual(NOT_SIGNED);
      const beyond = BigInt(`0x${s.toString('hex')}`) + order;
      if (beyond < 256n ** BigInt(size)) expect(await present(Buffer.concat([r, number(beyond)]))).toEqual(NOT_SIGNED);
    });

    it('in DER, or with another length', async () => {
      const key = privateKeyFor(algorithm);
      const inDer = sign(`sha${/\d+/.exec(algorithm)?.[0]}`, Buffer.from(input), key);
      expect(await present(inDer)).toEqual(NOT_SIGNED);
      const zeros = Buffer.alloc(1);
      const padded = Buffer.concat([zeros, good.subarray(0, size), zeros, good.subarray(size)]);
      for (const other of [padded, good.subarray(1), Buffer.concat([good, zeros]), good.subarray(0, size)]) {
        expect(await present(other)).toEqual(NOT_SIGNED);
      }
    });
  });

  describe('cannot forge a signature of Ed25519', () => {
    const app = useJwtApp(adapter, serving({ algorithm: 'EdDSA', publicKey: publicKeyFor('EdDSA') }));
    const input = inputOf({ alg: 'EdDSA' });
    const good = Buffer.from(signed('EdDSA', input, privateKeyFor('EdDSA')), 'base64url');
    const present = (signature: Uint8Array) => app.get('/', `${input}.${base64url(signature)}`);

    it('with zeros, points of small order, or an S above the order', async () => {
      expect(await present(good)).toMatchObject({ status: 200 });
      const zeros = Buffer.alloc(32);
      const identity = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
      const ones = Buffer.alloc(32, 0xff);
      const r = good.subarray(0, 32);
      const s = good.subarray(32);
      const beyond = littleEndian(fromLittleEndian(s) + ED25519_ORDER);
      const halves = [
        [zeros, zeros],
        [identity, zeros],
        [ones, ones],
        [r, zeros],
        [r, ones],
        [zeros, s],
        [identity, s],
        [r, beyond],
      ];
      for (const pair of halves) expect(await present(Buffer.concat(pair))).toEqual(NOT_SIGNED);
      expect(await present(Buffer.concat([good, zeros]))).toEqual(NOT_SIGNED);
      expect(await present(r)).toEqual(NOT_SIGNED);
    });
  });

  describe('cannot forge a signature of RSA', () => {
    const app = useJwtApp(adapter, serving({ algorithm: 'RS256', publicKey: publicKeyFor('RS256') }));
    const input = inputOf({ alg: 'RS256' });

    it('with 0, 1, the modulus and the numbers next to it', async () => {
      const n = BigInt(
        `0x${Buffer.from(publicKeyFor('RS256').export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')}`,
      );
      for (const value of [0n, 1n, n - 1n, n, n + 1n, 2n ** 2048n - 1n]) {
        const signature = Buffer.from(value.toString(16).padStart(512, '0'), 'hex');
        expect(await app.get('/', `${input}.${base64url(signature)}`)).toEqual(NOT_SIGNED);
      }
    });
  });
});

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** A valid signature, computed without the library. */
function signed(algorithm: JwtAlgorithm, input: string, key: KeyObject): string {
  const bytes = Buffer.from(input);
  if (algorithm === 'EdDSA') return sign(null, bytes, key).toString('base64url');
  const hash = `sha${/\d+/.exec(algorithm)?.[0]}`;
  const options = algorithm.startsWith('PS')
    ? { key, padding: 6, saltLength: 32 }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  return sign(hash, bytes, options).toString('base64url');
}
