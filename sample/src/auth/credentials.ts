/** The credentials of a log-in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}
