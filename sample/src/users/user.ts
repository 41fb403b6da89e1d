export type Role = 'admin' | 'user';

/** The public data of a user. `UsersService` stores the password hash separately. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}
