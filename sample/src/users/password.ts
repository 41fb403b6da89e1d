import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// From OWASP's password storage cheat sheet, which lists several equally strong sets. Each hash needs 16 MiB.
const COST = { N: 2 ** 14, r: 8, p: 5 };
const KEY_BYTES = 32;

/** A hash to compare with if the user does not exist. Both failures then take equally long. */
export const DUMMY_HASH = join(randomBytes(16), randomBytes(KEY_BYTES));

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return join(salt, await deriveKey(password, salt));
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split('$');
  return timingSafeEqual(Buffer.from(key, 'base64'), await deriveKey(password, Buffer.from(salt, 'base64')));
}

function join(salt: Buffer, key: Buffer): string {
  return `${salt.toString('base64')}$${key.toString('base64')}`;
}

function deriveKey(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Unicode has several encodings of the same text; NFKC makes them equal.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
