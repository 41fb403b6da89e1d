import { send, type Answer, type Sending } from '../support/http-client.js';

/** The two tokens in the response of a log-in. */
export interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

export const PASSWORD = 'correct horse battery staple';

/** An HTTP client of the sample. */
export class SampleClient {
  constructor(private readonly url: string) {}

  /** `route` is a method and a path: `GET /profile`. */
  request(route: string, sending?: Sending): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ');
    return send(method, `${this.url}${path}`, sending);
  }

  login(username: string, password = PASSWORD): Promise<Answer> {
    return this.request('POST /auth/login', { body: { username, password } });
  }

  async pairOf(username: string): Promise<Pair> {
    return (await this.login(username)).body as Pair;
  }
}
