import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { PUBLIC_MEMBERS } from './jwk-members.js';

const PEM = /-----BEGIN [A-Z0-9 ]+-----|---- BEGIN SSH2 PUBLIC KEY ----/;

const SSH_TEXT = /^\s*(?:sk-)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-)/;

// RFC 4253 s.6.6: the name follows its length in four bytes.
const SSH_BYTES = /^\0\0\0.(?:sk-)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-)/;

const DER_SEQUENCE = 0x30;

/**
 * Whether bytes are a public or private key in a usual form: PEM, DER, a certificate, a JWK, SSH, or one of these in base64
 * or hex. If such a key were the HMAC secret, everyone with the public key could make tokens.
 */
export function isKeyPairInDisguise(bytes: Buffer, depth = 2): boolean {
  const text = bytes.toString('latin1');
  if (PEM.test(text) || SSH_TEXT.test(text) || SSH_BYTES.test(text)) return true;
  if (isJwkText(text) || isDer(bytes)) return true;
  return depth > 0 && decodings(text).some((decoded) => isKeyPairInDisguise(decoded, depth - 1));
}

function isJwkText(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    const read = JSON.parse(text) as { kty?: unknown; keys?: unknown };
    return Array.isArray(read.keys) || Object.hasOwn(PUBLIC_MEMBERS, String(read.kty));
  } catch {
    return false;
  }
}

function isDer(bytes: Buffer): boolean {
  if (bytes[0] !== DER_SEQUENCE) return false;
  return READERS.some((read) => {
    try {
      read(bytes);
      return true;
    } catch {
      return false;
    }
  });
}

const READERS: readonly ((key: Buffer) => unknown)[] = [
  (key) => createPublicKey({ key, format: 'der', type: 'spki' }),
  (key) => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
  (key) => createPrivateKey({ key, format: 'der', type: 'sec1' }),
  (key) => new X509Certificate(key),
];

/** The bytes that a text may encode. PEM without its first and last line is base64 in lines. */
function decodings(text: string): Buffer[] {
  const dense = text.replace(/\s+/g, '');
  const found: Buffer[] = [];
  if (/^(?:[0-9A-Fa-f]{2})+$/.test(dense)) found.push(Buffer.from(dense, 'hex'));
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(dense)) found.push(Buffer.from(dense, 'base64'));
  return found;
}
