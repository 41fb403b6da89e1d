import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hashPassword, DUMMY_HASH, verifyPassword } from './password.js';
import type { Role, User } from './user.js';

/** The users, in memory. Replace this with your database. */
@Injectable()
export class UsersService implements OnModuleInit {
  private readonly users = new Map<string, User>();
  private readonly passwordHashes = new Map<string, string>();

  async onModuleInit() {
    await this.add('alice', 'correct horse battery staple', 'admin');
    await this.add('bob', 'correct horse battery staple', 'user');
  }

  findAll(): User[] {
    return [...this.users.values()];
  }

  findById(id: string): User | undefined {
    return this.users.get(id);
  }

  /** Takes equally long for an unknown user and for a wrong password, so that the time does not reveal user names. */
  async findByCredentials(username: string, password: string): Promise<User | undefined> {
    const user = this.findAll().find((candidate) => candidate.username === username);
    const hash = user && this.passwordHashes.get(user.id);
    const matches = await verifyPassword(password, hash ?? DUMMY_HASH);
    return matches ? user : undefined;
  }

  async changePassword(user: User, password: string): Promise<void> {
    this.passwordHashes.set(user.id, await hashPassword(password));
  }

  private async add(username: string, password: string, role: Role): Promise<void> {
    const user: User = { id: String(this.users.size + 1), username, role };
    this.users.set(user.id, user);
    await this.changePassword(user, password);
  }
}
