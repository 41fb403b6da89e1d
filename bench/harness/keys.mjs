import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';

/** The measured algorithms: one of each key type and padding. */
export const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'];

const GENERATORS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** A signing key and a verification key, as `KeyObject` and as text. */
export function newKeys(algorithm) {
  if (algorithm === 'HS256') {
    const secret = randomBytes(32).toString('hex');
    return keysOfTexts(algorithm, { signingText: secret, verifyingText: secret });
  }
  const { privateKey, publicKey } = GENERATORS[algorithm]();
  return keysOfTexts(algorithm, {
    signingText: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    verifyingText: publicKey.export({ type: 'spki', format: 'pem' }),
  });
}

/** Prepares keys from their texts, which another process can receive. */
export function keysOfTexts(algorithm, { signingText, verifyingText }) {
  const [toSigning, toVerifying] = algorithm === 'HS256' ? [secretOf, secretOf] : [createPrivateKey, createPublicKey];
  const prepared = { signing: toSigning(signingText), verifying: toVerifying(verifyingText) };
  return { ...prepared, signingText, verifyingText };
}

function secretOf(text) {
  return createSecretKey(Buffer.from(text));
}
