// #region users
import { Injectable, Module } from '@nestjs/common';

export interface User {
  id: number;
  name: string;
  isActive: boolean;
}

@Injectable()
export class UsersService {
  // A table of the database in a real application.
  readonly users: User[] = [
    { id: 1, name: 'alice', isActive: true },
    { id: 2, name: 'bob', isActive: false },
  ];

  async findActive(id: string | undefined): Promise<User | null> {
    return this.users.find((user) => String(user.id) === id && user.isActive) ?? null;
  }
}

@Module({ providers: [UsersService], exports: [UsersService] })
export class UsersModule {}
// #endregion
