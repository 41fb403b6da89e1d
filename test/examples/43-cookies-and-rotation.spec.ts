import type { Answer } from '../support/http-client.js';
import { describeExample } from './example.js';

/** The cookies of a response, by name. */
function cookiesOf({ setCookies }: Answer): Record<string, string> {
  return Object.fromEntries(setCookies.map((line) => (line.split(';')[0] ?? '').split('=') as [string, string]));
}

const headersOf = (cookies: Record<string, string>, csrf?: string): [string, string][] => {
  const cookie = Object.entries(cookies).map((pair) => pair.join('='));
  return [['Cookie', cookie.join('; ')], ...(csrf === undefined ? [] : [['X-CSRF-TOKEN', csrf] as [string, string]])];
};

describeExample('43-cookies-and-rotation', (example) => {
  const refresh = (cookies: Record<string, string>) =>
    example.request('POST /session/refresh', { headers: headersOf(cookies, cookies.csrf_refresh_token) });

  it('sets four new cookies at each refresh', async () => {
    const first = cookiesOf(await example.request('POST /session'));
    const second = cookiesOf(await refresh(first));
    expect(Object.keys(second)).toEqual(Object.keys(first));
    for (const [name, value] of Object.entries(second)) expect(value).not.toBe(first[name]);
  });

  it('refuses a refresh without the double submit value, and consumes nothing', async () => {
    const cookies = cookiesOf(await example.request('POST /session'));
    const refused = await example.request('POST /session/refresh', { headers: headersOf(cookies) });
    expect(refused).toMatchObject({ status: 401, body: { msg: 'Missing CSRF token' } });
    expect((await refresh(cookies)).status).toBe(200);
  });

  it('ends the session when a used refresh cookie comes back after its successor', async () => {
    const first = cookiesOf(await example.request('POST /session'));
    const second = cookiesOf(await refresh(first));
    const third = cookiesOf(await refresh(second));
    expect((await refresh(first)).status).toBe(401);
    expect((await example.request('GET /session', { headers: headersOf(third) })).status).toBe(401);
  });

  it('ends the session at a log-out, also for a copy of the cookies', async () => {
    const cookies = cookiesOf(await example.request('POST /session'));
    await example.request('DELETE /session', { headers: headersOf(cookies, cookies.csrf_refresh_token) });
    expect((await example.request('GET /session', { headers: headersOf(cookies) })).status).toBe(401);
  });
});
