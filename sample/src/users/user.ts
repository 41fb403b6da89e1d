export type Role = 'admin' | 'user';

/** A user as everybody may see them; the password's hash is kept elsewhere. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}
