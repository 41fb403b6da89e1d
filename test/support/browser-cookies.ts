import type { Answer, Sending } from './http-client.js';
import type { TestApp } from './jwt-app.js';

/** Stores and sends cookies like a browser, but ignores their paths. */
export class CookieClient {
  readonly cookies = new Map<string, string>();

  constructor(private readonly app: TestApp) {}

  /** Sends a request with all cookies. `csrf` is the name of the cookie whose value is in the header; `null`: no header. */
  async send(method: string, path: string, sending: Sending & { csrf?: string | null } = {}): Promise<Answer> {
    const { csrf = 'csrf_access_token', headers = [], ...rest } = sending;
    const all: [string, string][] = [...headers].map(([name, value]) => [name, value]);
    if (this.cookies.size > 0) all.push(['Cookie', [...this.cookies].map((pair) => pair.join('=')).join('; ')]);
    if (csrf !== null) all.push(['X-CSRF-TOKEN', this.cookies.get(csrf) ?? '']);
    const answer = await this.app.send(method, path, { ...rest, headers: all });
    for (const line of answer.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get access(): string {
    return this.cookies.get('access_token_cookie') ?? '';
  }
}
