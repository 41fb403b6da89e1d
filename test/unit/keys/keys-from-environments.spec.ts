import type { KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from 'nestjs-jwt-extended';
import { configure } from '../../../src/module/configuration.js';
import { SECRET } from '../../support/forge.js';
import { CERTIFICATE, pem, privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';

const keysOf = (options: object) => configure(options, false).ownKeys;

function refusal(options: object): string {
  try {
    keysOf(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('These options were accepted');
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const inLines = (text: string) => text.replace(/.{1,76}/g, '$&\n');
const body = (text: string) => text.replace(/-----[^-]*-----|\s/g, '');

/** How environments change the text of a key. */
const FORMS: [form: string, change: (text: string) => string][] = [
  ['as it is', (text) => text],
  ['without its last line break', (text) => text.trimEnd()],
  ['with double quotes', (text) => `"${text}"`],
  ['with single quotes', (text) => `'${text}'`],
  ['with backticks', (text) => `\`${text}\``],
  ['with quotes in quotes', (text) => `'"${text}"'`],
  ['with \\n', (text) => text.replaceAll('\n', '\\n')],
  ['with \\r\\n', (text) => text.replaceAll('\n', '\\r\\n')],
  ['with \\\\n', (text) => text.replaceAll('\n', '\\\\n')],
  ['with \\n in quotes', (text) => `"${text.replaceAll('\n', '\\n')}"`],
  ['with \\n and blanks around', (text) => ` "${text.replaceAll('\n', '\\n')}" \n`],
  ['with \\n and line breaks', (text) => text.replaceAll('\n', '\\n\n')],
  ['with \\r', (text) => text.replaceAll('\n', '\\r')],
  ['with CRLF', (text) => text.replaceAll('\n', '\r\n')],
  ['with CR', (text) => text.replaceAll('\n', '\r')],
  ['with a byte order mark', (text) => `\uFEFF${text}`],
  ['with a byte order mark, quotes and \\n', (text) => `\uFEFF"${text.replaceAll('\n', '\\n')}"`],
  ['indented with spaces', (text) => text.replace(/^/gm, '    ')],
  ['indented with tabs', (text) => text.replace(/^/gm, '\t')],
  ['with blanks at the ends of lines', (text) => text.replaceAll('\n', '  \n')],
  ['with empty lines', (text) => text.replaceAll('\n', '\n\n')],
  ['without line breaks', (text) => text.replaceAll('\n', '')],
  ['with spaces for line breaks', (text) => text.replaceAll('\n', ' ')],
  [
    'in lines of another length',
    (text) => text.replace(/(?<=-\n)[^-]+/, (lines) => inLines(lines.replaceAll('\n', ''))),
  ],
  ['after other text', (text) => `Bag Attributes\n    friendlyName: key\n${text}`],
  ['in base64', base64],
  ['in base64 in lines', (text) => inLines(base64(text))],
  ['in base64 in quotes', (text) => `"${base64(text)}"`],
  ['in base64url', (text) => Buffer.from(text).toString('base64url')],
  ['in base64 twice', (text) => base64(base64(text))],
  ['in base64, with \\n', (text) => base64(text.replaceAll('\n', '\\n'))],
  ['without its first and last line', body],
  ['without its first and last line, in lines', (text) => inLines(body(text))],
];

const KINDS: [what: string, algorithm: JwtAlgorithm, text: (key: KeyObject) => string][] = [
  ['PKCS #8', 'ES256', pem],
  ['PKCS #8 of RSA', 'RS256', pem],
  ['PKCS #8 of Ed25519', 'EdDSA', pem],
  ['PKCS #1', 'RS256', (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['SEC 1', 'ES256', (key) => key.export({ type: 'sec1', format: 'pem' }).toString()],
];

describe.each(KINDS)('a private key as %s of an environment', (_what, algorithm, textOf) => {
  it.each(FORMS)('%s', (_form, change) => {
    const changed = change(textOf(privateKeyFor(algorithm)));
    for (const privateKey of [changed, Buffer.from(changed)]) {
      expect(keysOf({ algorithm, privateKey }).current[0]?.verification.key.equals(publicKeyFor(algorithm))).toBe(true);
    }
  });
});

describe.each(['ES256', 'RS256', 'EdDSA'] as JwtAlgorithm[])('a public key for %s of an environment', (algorithm) => {
  it.each(FORMS)('%s', (_form, change) => {
    const keys = keysOf({ algorithm, publicKey: change(pem(publicKeyFor(algorithm))) });
    expect(keys.current[0]?.verification.key.equals(publicKeyFor(algorithm))).toBe(true);
  });
});

describe('a JWK of an environment', () => {
  const jwk = JSON.stringify(privateKeyFor('ES256').export({ format: 'jwk' }));

  it.each<[form: string, text: string]>([
    ['as it is', jwk],
    ['indented', JSON.stringify(JSON.parse(jwk), null, 2)],
    ['with quotes', `'${jwk}'`],
    ['as a JSON string', JSON.stringify(jwk)],
    ['in base64', base64(jwk)],
    ['in base64url', Buffer.from(jwk).toString('base64url')],
    ['with a byte order mark', `\uFEFF${jwk}\r\n`],
  ])('%s', (_form, privateKey) => {
    const keys = keysOf({ algorithm: 'ES256', privateKey });
    expect(keys.current[0]?.verification.key.equals(publicKeyFor('ES256'))).toBe(true);
  });
});

describe('a key that an environment has damaged', () => {
  const text = pem(privateKeyFor('RS256'));
  const lines = text.trimEnd().split('\n');

  it.each<[what: string, text: string, cure: string]>([
    [
      'only its first line, as of a .env file without quotes',
      lines[0] as string,
      'In a .env file, put the key in quotes',
    ],
    ['without its last line', lines.slice(0, -1).join('\n'), 'its last line (-----END …-----) is missing'],
    ['cut off', text.slice(0, 400), 'its last line (-----END …-----) is missing'],
    ['with an ellipsis', text.replace(/(?<=-\n).{20}/, '…'), 'other characters than base64'],
    ['with other characters', text.replace(/(?<=-\n).{4}/, '<ab>'), 'other characters than base64'],
    ['without its content', [lines[0], lines.at(-1)].join('\n'), 'other characters than base64'],
    ['with lines missing', [...lines.slice(0, 5), ...lines.slice(9)].join('\n'), 'cannot be read as a key'],
    ['two keys', text + pem(privateKeyFor('RS256', 'other')), 'has 2 keys. Pass one of them'],
    [
      'its parameters alone',
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----',
      'is PEM without a key (EC PARAMETERS)',
    ],
    [
      'a request for a certificate',
      '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----',
      'is a certificate',
    ],
    ['a certificate in base64', base64(CERTIFICATE), 'openssl x509 -in certificate.pem -noout -pubkey'],
    ['half of its base64', base64(text).slice(0, 400), 'is missing'],
    ['a name of a file', '/run/secrets/jwt.pem', 'A file path is not read'],
    ['a variable that was not replaced', '${JWT_PRIVATE_KEY}', 'is neither PEM'],
    ['quotes alone', '""', 'is empty'],
  ])('is refused with the cure and without any part of the key: %s', (_what, privateKey, cure) => {
    const message = refusal({ algorithm: 'RS256', privateKey });
    expect(message).toContain('JwtExtendedModule option "privateKey" ');
    expect(message).toContain(cure);
    for (const line of lines.slice(1, -1)) expect(message).not.toContain(line.slice(4, 16));
  });

  it('can follow the parameters of a curve', () => {
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const sec1 = privateKeyFor('ES256').export({ type: 'sec1', format: 'pem' }).toString();
    expect(keysOf({ algorithm: 'ES256', privateKey: parameters + sec1 }).signingKey.key.type).toBe('private');
  });

  it('can precede a certificate', () => {
    const privateKey = pem(privateKeyFor('ES256')) + CERTIFICATE;
    expect(keysOf({ algorithm: 'ES256', privateKey }).signingKey.key.equals(privateKeyFor('ES256'))).toBe(true);
  });
});

describe('a secret of an environment', () => {
  it.each<[what: string, secret: string]>([
    ['double quotes', `"${SECRET}"`],
    ['single quotes', `'${SECRET}'`],
    ['a line break at its end', `${SECRET}\n`],
    ['a line break of Windows at its end', `${SECRET}\r\n`],
    ['\\n at its end', `${SECRET}\\n`],
    ['a blank before it', ` ${SECRET}`],
    ['a byte order mark', `\uFEFF${SECRET}`],
  ])('with %s is refused, because other programs may remove it', (_what, secret) => {
    const message = refusal({ secret });
    expect(message).toContain('option "secret" has blanks, a line break, a byte order mark or quotes at its ends.');
    expect(message).not.toContain(SECRET.slice(0, 12));
    expect(() => keysOf({ secret: Buffer.from(secret) })).not.toThrow();
  });

  it.each([`a"${SECRET}"b`, `it's ${SECRET}`, `${SECRET}=`, `${SECRET} with blanks`])(
    '%s is used unchanged',
    (secret) => {
      expect(keysOf({ secret }).signingKey.key.export()).toEqual(Buffer.from(secret));
    },
  );

  it('can be the text of a JWK', () => {
    const k = Buffer.from(SECRET).toString('base64url');
    for (const text of [JSON.stringify({ kty: 'oct', k }), `'${JSON.stringify({ kty: 'oct', k })}'\n`]) {
      expect(keysOf({ secret: text }).signingKey.key.export()).toEqual(Buffer.from(SECRET));
    }
  });

  it('must not be a public key in quotes', () => {
    for (const change of [(text: string) => `"${text}"`, (text: string) => `'${base64(text)}'`]) {
      expect(refusal({ secret: change(pem(publicKeyFor('ES256'))) })).toContain(
        "is a key pair's public or private key",
      );
    }
  });
});
