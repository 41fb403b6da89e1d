/** A key in a text: clean PEM, the bytes of DER, the text of a JWK, or what is wrong with the text. */
export type KeyText =
  | { readonly pem: string; readonly isPrivate: boolean }
  | { readonly der: Buffer }
  | { readonly jwk: string }
  | { readonly problem: string };

/** A part of PEM (RFC 7468 s.2). */
interface PemBlock {
  readonly label: string;
  /** `null`: the last line is missing. */
  readonly body: string | null;
}

const SSH_KEY = /^\s*(?:sk-)?(?:ssh-|ecdsa-sha2-)|---- BEGIN SSH2|BEGIN OPENSSH/;

const PROBLEMS = {
  empty: 'is empty. If it comes from an environment variable, check that the variable is set.',
  unknown:
    'is neither PEM (-----BEGIN …-----) nor a JWK. A file path is not read: pass the text of the file. In base64, pass all of it.',
  ssh:
    'is in the format of SSH. Convert the public key of RSA or ECDSA with ssh-keygen -e -m PKCS8 -f key.pub, the private key ' +
    'with ssh-keygen -p -m PKCS8 -f key. For EdDSA make a key: openssl genpkey -algorithm ed25519 -out private.pem',
  certificate:
    'is a certificate. Its dates and issuer would not be checked, so pass only its public key: ' +
    'openssl x509 -in certificate.pem -noout -pubkey',
  encrypted: 'is encrypted. Decrypt it with createPrivateKey({ key, passphrase }) of node:crypto.',
  cut:
    'cannot be read as a key: its last line (-----END …-----) is missing. In a .env file, put the key in quotes, or write ' +
    'its line breaks as \\n.',
  damaged: 'cannot be read as a key: its lines have other characters than base64. Copy the key again.',
} as const;

/**
 * Finds the key in a text. Environments change texts: they keep quotes, escape or remove line breaks, indent lines, or hold
 * base64. Such changes are undone if only one key can be meant.
 */
export function parseKeyText(value: string, depth = 2): KeyText {
  const text = withoutQuotes(value);
  if (text === '') return { problem: PROBLEMS.empty };
  if (text.startsWith('{')) return { jwk: text };
  if (SSH_KEY.test(text)) return { problem: PROBLEMS.ssh };
  if (text.includes('-----BEGIN ')) return fromPem(text);
  return (depth > 0 ? fromBase64(text, depth) : null) ?? { problem: PROBLEMS.unknown };
}

/** The text without a byte order mark, blanks and quotes around it. A quoted text may be JSON. */
export function withoutQuotes(value: string): string {
  const text = value.replace(/^\uFEFF/, '').trim();
  const quote = text[0];
  if (text.length < 2 || !['"', "'", '`'].includes(quote ?? '') || !text.endsWith(quote ?? '')) return text;
  const inner = text.slice(1, -1);
  return withoutQuotes(/^\{\s*\\"/.test(inner) ? inner.replaceAll('\\"', '"') : inner);
}

function fromPem(text: string): KeyText {
  const blocks = blocksOf(text.replace(/(?:\\+r)?\\+n|\\+r/g, '\n'));
  const keys = blocks.filter(({ label }) => label.endsWith('KEY'));
  const [key] = keys;
  if (key === undefined) {
    const labels = blocks.map(({ label }) => label).join(', ');
    return { problem: labels.includes('CERTIFICATE') ? PROBLEMS.certificate : `is PEM without a key (${labels}).` };
  }
  if (keys.length > 1) return { problem: `has ${keys.length} keys. Pass one of them.` };
  if (key.label.startsWith('ENCRYPTED') || key.body?.includes('ENCRYPTED')) return { problem: PROBLEMS.encrypted };
  if (key.body === null) return { problem: PROBLEMS.cut };
  const dense = key.body.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(dense)) return { problem: PROBLEMS.damaged };
  const lines = dense.match(/.{1,64}/g) ?? [];
  const pem = [`-----BEGIN ${key.label}-----`, ...lines, `-----END ${key.label}-----`, ''].join('\n');
  return { pem, isPrivate: key.label.endsWith('PRIVATE KEY') };
}

/** The parts of PEM, which may be on one line. */
function blocksOf(text: string): PemBlock[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,60})-----/g)].map(({ 0: first, 1: label = '', index }) => {
    const start = index + first.length;
    const end = text.indexOf(`-----END ${label}-----`, start);
    return { label, body: end < 0 ? null : text.slice(start, end) };
  });
}

/** PEM, a JWK or DER in base64. DER begins with the tag of a sequence. */
function fromBase64(text: string, depth: number): KeyText | null {
  const dense = text.replace(/(?:\\+[rn]|\s)+/g, '');
  if (!/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(dense)) return null;
  const bytes = Buffer.from(dense, 'base64');
  if (bytes[0] === 0x30) return { der: bytes };
  const inner = parseKeyText(bytes.toString('utf8'), depth - 1);
  return 'problem' in inner && inner.problem === PROBLEMS.unknown ? null : inner;
}
