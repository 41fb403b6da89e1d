import { readFileSync } from 'node:fs';
import { refusal, type VectorKeys } from './verdict.js';

interface Group {
  readonly private: VectorKeys;
  readonly public?: VectorKeys;
  readonly tests: readonly { tcId: number; comment: string; jws?: unknown; result: 'valid' | 'invalid' }[];
}

const FILES = ['json_web_signature', 'json_web_key', 'json_web_crypto'] as const;

const NOT_BASE64URL = /^Invalid (?:header|payload) padding$/;
const OTHER_ALGORITHM = /^The specified alg value is not allowed$/;
const NO_SUCH_ALGORITHM = /algorithm" is "ES521", no known algorithm/;

/** The valid vectors that this library refuses, with the reasons. */
const REFUSED: Readonly<Record<(typeof FILES)[number], Readonly<Record<number, RegExp>>>> = {
  json_web_signature: {
    // The key is for PS256 and the token is signed with PS384. Each key has one algorithm (RFC 8725 s.3.1).
    346: OTHER_ALGORITHM,
    350: OTHER_ALGORITHM,
    // The key has the algorithm ES521, which is not registered. The token is signed with ES512.
    347: NO_SUCH_ALGORITHM,
    351: NO_SUCH_ALGORITHM,
    // The base64url has a question mark. RFC 7515 s.2 does not allow it, and one token would have many encodings.
    372: NOT_BASE64URL,
    373: NOT_BASE64URL,
  },
  json_web_key: {},
  json_web_crypto: {},
};

const vectors = FILES.flatMap((file) => {
  const path = new URL(`data/wycheproof/${file}_test.json`, import.meta.url);
  const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as { testGroups: readonly Group[] };
  return testGroups.flatMap((group) =>
    group.tests
      .filter(({ jws }) => jws !== undefined)
      .map((test) => ({ file, ...test, keys: group.public ?? group.private }))
      .map((test) => ({ ...test, refusal: refusal(test.keys, test.jws) })),
  );
});

it('has all vectors', () => {
  expect(vectors).toHaveLength(476);
  expect(vectors.filter(({ result }) => result === 'valid')).toHaveLength(55);
});

/** Accepted, because these tokens equal the valid token 357 of the same group. This is an error of the vectors. */
const SAME_AS_VALID = [367, 370];

it('refuses every invalid vector except the two that equal a valid one', () => {
  const accepted = vectors.filter((vector) => vector.result === 'invalid' && vector.refusal === null);
  expect(accepted.map(({ file, tcId }) => `${file} ${tcId}`)).toEqual(
    SAME_AS_VALID.map((id) => `json_web_signature ${id}`),
  );
  const valid = vectors.find(({ file, tcId }) => file === 'json_web_signature' && tcId === 357);
  expect(valid?.result).toBe('valid');
  for (const { jws, keys } of accepted) expect([jws, keys]).toEqual([valid?.jws, valid?.keys]);
});

it('accepts every valid vector except those in the list, with their reasons', () => {
  const refused = vectors.filter((vector) => vector.result === 'valid' && vector.refusal !== null);
  const listed = FILES.flatMap((file) => Object.keys(REFUSED[file]).map((id) => `${file} ${id}`));
  expect(refused.map(({ file, tcId }) => `${file} ${tcId}`).sort()).toEqual(listed.sort());
  for (const { file, tcId, refusal: reason } of refused) expect(reason).toMatch(REFUSED[file][tcId] as RegExp);
});
