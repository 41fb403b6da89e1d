// The minimum of work: the signature by node:crypto, base64url and JSON. It checks no claims.
import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const PARAMETERS = {
  RS256: ['sha256', {}],
  PS256: ['sha256', PSS],
  ES256: ['sha256', { dsaEncoding: 'ieee-p1363' }],
  EdDSA: [null, {}],
};

/** Returns a function that creates a token from claims. */
export function bareSigner(algorithm, { signing }) {
  const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'JWT' })).toString('base64url');
  const signature = signatureMaker(algorithm, signing);
  return (claims) => {
    const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${input}.${signature(input)}`;
  };
}

/** Returns a function that checks the signature of a token, and nothing else. */
export function signatureVerifier(algorithm, { verifying }) {
  const isValid = signatureCheck(algorithm, verifying);
  return (token) => {
    const last = token.lastIndexOf('.');
    if (!isValid(token.slice(0, last), Buffer.from(token.slice(last + 1), 'base64url'))) throw new Error('Forged');
  };
}

/** Returns a function that checks the signature of a token and returns its claims. */
export function bareVerifier(algorithm, { verifying }) {
  const isValid = signatureCheck(algorithm, verifying);
  return (token) => {
    const [first, last] = [token.indexOf('.'), token.lastIndexOf('.')];
    const header = JSON.parse(Buffer.from(token.slice(0, first), 'base64url').toString());
    const claims = JSON.parse(Buffer.from(token.slice(first + 1, last), 'base64url').toString());
    const signature = Buffer.from(token.slice(last + 1), 'base64url');
    if (header.alg !== algorithm || !isValid(token.slice(0, last), signature)) throw new Error('Forged');
    return claims;
  };
}

function signatureMaker(algorithm, key) {
  if (algorithm === 'HS256') return (input) => createHmac('sha256', key).update(input).digest('base64url');
  const [hash, parameters] = PARAMETERS[algorithm];
  const options = { key, ...parameters };
  return (input) => sign(hash, Buffer.from(input), options).toString('base64url');
}

function signatureCheck(algorithm, key) {
  if (algorithm === 'HS256') {
    return (input, signature) => timingSafeEqual(createHmac('sha256', key).update(input).digest(), signature);
  }
  const [hash, parameters] = PARAMETERS[algorithm];
  const options = { key, ...parameters };
  return (input, signature) => verify(hash, Buffer.from(input), options, signature);
}

export const name = 'bare node:crypto';

export function create(algorithm, keys) {
  return {
    verifiers: [
      { name, run: signatureVerifier(algorithm, keys) },
      { name: 'bare, with JSON.parse', run: bareVerifier(algorithm, keys) },
    ],
    signers: [{ name, run: bareSigner(algorithm, keys) }],
  };
}
