import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { environment } from './environment.js';

export interface User {
  id: string;
  username: string;
}

interface StoredUser extends User {
  salt: Buffer;
  hash: Buffer;
}

/** Users in memory, to begin with. Replace this class with one that asks your database. */
@Injectable()
export class UsersService implements OnModuleInit {
  private readonly users = new Map<string, StoredUser>();

  /** Creates the user of .env. */
  async onModuleInit(): Promise<void> {
    const { NODE_ENV, FIRST_USERNAME, FIRST_PASSWORD } = environment();
    if (NODE_ENV === 'production') {
      throw new Error(
        'UsersService has its users in memory. Replace it with your database.',
      );
    }
    if (FIRST_USERNAME && FIRST_PASSWORD)
      await this.create(FIRST_USERNAME, FIRST_PASSWORD);
  }

  async create(username: string, password: string): Promise<User> {
    const user = { id: randomUUID(), username };
    const salt = randomBytes(16);
    this.users.set(username, {
      ...user,
      salt,
      hash: await hashOf(password, salt),
    });
    return user;
  }

  /** The user with this name and password, or null. */
  async verify(username: string, password: string): Promise<User | null> {
    const user = this.users.get(username);
    // An unknown name takes as long as a wrong password, so that a caller cannot find out names.
    const hash = await hashOf(password, user?.salt ?? Buffer.alloc(16));
    if (!user || !timingSafeEqual(hash, user.hash)) return null;
    return { id: user.id, username: user.username };
  }
}

/** scrypt with the parameters that OWASP recommends for 32 MiB of memory. */
function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  const options = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
