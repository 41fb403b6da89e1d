import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// One of the equally strong sets of OWASP's password storage cheat sheet; 16 MiB for each hash.
const COST = { N: 2 ** 14, r: 8, p: 5 };
const KEY_BYTES = 32;

/** A hash to compare with where there is no user, so that the answer takes as long as for one with a wrong password. */
export const NOBODYS_HASH = join(randomBytes(16), randomBytes(KEY_BYTES));

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
    // Composed, for the same letters can be typed in several ways.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
