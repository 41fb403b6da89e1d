import type { BrowserContext, Cookie, Page } from 'playwright-core';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { Bank, IN_PAGE } from './support/bank.js';
import { describeInChromium, useChromium } from './support/chromium.js';

/** Chromium accepts `Secure` cookies from the first host without https, but not from the second. */
const SECURE = '127.0.0.1';
const PLAIN = 'bank.test';

interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly bank: Bank;
}

describeInChromium('in a browser', () => {
  const chromium = useChromium();

  /** Opens a bank with these options in a browser, without log-in. */
  async function at(host: string, options: JwtExtendedOptions, work: (visitor: Visitor) => Promise<void>) {
    const bank = await new Bank(options).start();
    const context = await chromium.newContext();
    try {
      const page = await context.newPage();
      await page.goto(bank.at(host));
      await work({ context, page, bank });
    } finally {
      await context.close();
      await bank.stop();
    }
  }

  it('scripts can read the CSRF value, but not the token', async () => {
    await at(SECURE, {}, async ({ context, page }) => {
      expect(await page.evaluate(IN_PAGE.logIn)).toBe(200);
      const flags = { domain: SECURE, path: '/', secure: true, sameSite: 'Lax', expires: -1 };
      expect(await cookiesOf(context)).toEqual({
        access_token_cookie: expect.objectContaining({ ...flags, httpOnly: true }),
        csrf_access_token: expect.objectContaining({ ...flags, httpOnly: false }),
        refresh_token_cookie: expect.objectContaining({ ...flags, httpOnly: true }),
        csrf_refresh_token: expect.objectContaining({ ...flags, httpOnly: false }),
      });
      const { csrf_access_token: access, csrf_refresh_token: refresh } = await cookiesOf(context);
      const visible = String(await page.evaluate('document.cookie'))
        .split('; ')
        .sort();
      expect(visible).toEqual([`csrf_access_token=${access?.value}`, `csrf_refresh_token=${refresh?.value}`]);
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
    });
  });

  it.each<[JwtExtendedOptions['cookies'], Partial<Cookie>]>([
    [{ sameSite: 'strict' }, { sameSite: 'Strict' }],
    [{ sameSite: 'none' }, { sameSite: 'None' }],
    [{ secure: false }, { secure: false }],
    [{ access: { path: '/who' } }, { path: '/who' }],
    [{ access: { name: '__Host-token' } }, { name: '__Host-token', secure: true, path: '/' }],
    [{ access: { name: '__Secure-token', path: '/who' } }, { name: '__Secure-token', secure: true, path: '/who' }],
    [{ sameSite: 'none', partitioned: true }, { partitionKey: `http://${SECURE}` }],
  ])('%j sets these attributes, and log-out deletes all cookies', async (cookies, flags) => {
    await at(SECURE, { cookies }, async ({ context, page }) => {
      await page.evaluate(IN_PAGE.logIn);
      const name = cookies?.access?.name ?? 'access_token_cookie';
      expect((await cookiesOf(context))[name]).toMatchObject(flags);
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
      await page.evaluate(IN_PAGE.logOut);
      expect(await context.cookies()).toEqual([]);
      expect(await page.evaluate(IN_PAGE.who)).toBeNull();
    });
  });

  it('session: false stores the cookies for a year, and log-out deletes them', async () => {
    await at(SECURE, { cookies: { session: false } }, async ({ context, page }) => {
      await page.evaluate(IN_PAGE.logIn);
      for (const { expires } of await context.cookies()) {
        expect(expires - Date.now() / 1000).toBeGreaterThan(364 * 86_400);
      }
      await page.evaluate(IN_PAGE.logOut);
      expect(await context.cookies()).toEqual([]);
    });
  });

  it('every host below the domain receives the cookies, and log-out there deletes them', async () => {
    await at('www.bank.test', { cookies: { domain: 'bank.test', secure: false } }, async ({ context, page, bank }) => {
      await page.evaluate(IN_PAGE.logIn);
      expect((await cookiesOf(context)).access_token_cookie?.domain).toBe('.bank.test');
      await page.goto(bank.at('shop.bank.test'));
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
      await page.evaluate(IN_PAGE.logOut);
      expect(await context.cookies()).toEqual([]);
    });
  });

  it('over plain http the browser stores no cookie, unless secure is false', async () => {
    await at(PLAIN, {}, async ({ context, page }) => {
      expect(await page.evaluate(IN_PAGE.logIn)).toBe(200);
      expect(await context.cookies()).toEqual([]);
      expect(await page.evaluate(IN_PAGE.who)).toBeNull();
    });
    await at(PLAIN, { cookies: { secure: false } }, async ({ page }) => {
      await page.evaluate(IN_PAGE.logIn);
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
    });
  });

  describe('another host below the same domain', () => {
    /** Its page sets a cookie for the whole domain. The longer path makes the browser send that cookie first. */
    async function nameAfter(cookieName: string): Promise<unknown> {
      let name: unknown;
      await at('www.bank.localhost', { cookies: { access: { name: cookieName } } }, async ({ page, bank }) => {
        await page.evaluate(IN_PAGE.logIn);
        await page.goto(bank.at('evil.bank.localhost'));
        const token = await bank.tokens.createAccessToken('mallory');
        await page.evaluate(`document.cookie = '${cookieName}=${token}; Domain=bank.localhost; Path=/who; Secure'`);
        await page.goto(bank.at('www.bank.localhost'));
        name = await page.evaluate(IN_PAGE.who);
      });
      return name;
    }

    it('can hide the token of a cookie with an ordinary name, but not replace it', async () => {
      expect(await nameAfter('access_token_cookie')).toBeNull();
    });

    it('cannot replace the token of a cookie with a __Host- name', async () => {
      expect(await nameAfter('__Host-token')).toBe('alice');
    });
  });
});

async function cookiesOf(context: BrowserContext): Promise<Record<string, Cookie>> {
  return Object.fromEntries((await context.cookies()).map((cookie) => [cookie.name, cookie]));
}
