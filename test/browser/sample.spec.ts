import { mkdirSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { PASSWORD, SampleClient } from '../sample/client.js';
import { BuiltSample } from './support/built-sample.js';
import { describeInChromium, useChromium, useOrdinaryWindow } from './support/chromium.js';
import { GETTING, HostileSite, POSTING } from './support/hostile-site.js';
import { SamplePage } from './support/sample-page.js';

const SCREENSHOTS = 'artifacts/browser';
const DESKTOP = { viewport: { width: 1280, height: 860 } };
const CONNECTIONS = ['WebSocket', 'Event stream', 'GraphQL subscription'];
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describeInChromium('the page of the sample', () => {
  const chromium = useChromium();
  const sample = new BuiltSample();
  let url: string;
  let context: BrowserContext;
  let tab: SamplePage;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    url = await sample.start();
  }, 180_000);
  afterAll(() => sample.stop());

  async function open(options: BrowserContextOptions): Promise<void> {
    context = await chromium.newContext(options);
    tab = await SamplePage.open(context, url);
  }

  const screenshot = (name: string, fullPage = true) =>
    tab.page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage });

  describe('on a desktop', () => {
    beforeEach(() => open(DESKTOP));
    afterEach(async () => {
      await context.close();
      expect(tab.complaints).toEqual([]);
    });

    it('shows the current user, and each request with its response', async () => {
      await tab.text('Logged out').waitFor();
      await screenshot('logged-out');
      await tab.logIn();
      const log = await tab.logged('POST', '/auth/session');
      expect(log).toMatch(/"password": "•+"/);
      expect(log).not.toContain(PASSWORD);
      expect(await tab.text('Administrator').isVisible()).toBe(true);
      await screenshot('logged-in');
      await tab.page.reload();
      await tab.text('Logged in as alice').waitFor();
    });

    it('shows an error for a wrong password', async () => {
      await tab.field('Password').fill('wrong');
      await tab.button('Log in').click();
      await tab.text('Bad username or password').waitFor();
      expect(await tab.text('Logged out').isVisible()).toBe(true);
    });

    it('has no script that can read the tokens', async () => {
      await tab.logIn();
      const cookies = await context.cookies();
      const flags = cookies.map(({ name, path, httpOnly, sameSite }) => [name, path, httpOnly, sameSite]);
      expect(flags.sort()).toEqual([
        ['access_token_cookie', '/', true, 'Lax'],
        ['csrf_access_token', '/', false, 'Lax'],
        ['csrf_refresh_token', '/', false, 'Lax'],
        ['refresh_token_cookie', '/auth/session', true, 'Lax'],
      ]);
      const visible = String(await tab.page.evaluate('document.cookie'));
      const everything = await tab.page.content();
      for (const { name, value, httpOnly } of cookies) {
        expect(visible.includes(name)).toBe(!httpOnly);
        expect(everything.includes(value)).toBe(!httpOnly);
      }
    });

    it('can add a note with the CSRF header, and not without it', async () => {
      await tab.logIn();
      await tab.addNote('With the header');
      await tab.note('With the header').waitFor();
      expect(await tab.logged('POST', '/notes')).toContain('X-CSRF-TOKEN: ');
      await tab.field('Send the header X-CSRF-TOKEN').uncheck();
      await tab.addNote('Without the header');
      await tab.text('Missing CSRF token').waitFor();
      const refused = await tab.logged('POST', '/notes');
      expect(refused).toContain('401 Unauthorized');
      expect(refused).not.toContain('X-CSRF-TOKEN: ');
      expect(await tab.note('Without the header').count()).toBe(0);
      await screenshot('missing-csrf-token');
    });

    it('shows markup as text', async () => {
      await tab.logIn();
      const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
      await tab.addNote(markup);
      await tab.note(markup).waitFor();
      expect(await tab.page.title()).toContain('nestjs-jwt-extended');
    });

    it('asks for the password again when the token is not fresh', async () => {
      await tab.logIn('bob');
      await tab.button('Refresh').click();
      await tab.text('not fresh').waitFor();
      await tab.changePassword(PASSWORD);
      await tab.page.getByRole('dialog').waitFor();
      await screenshot('confirm', false);
      await tab.confirm('wrong');
      await tab.text('Wrong password').waitFor();
      await tab.confirm(PASSWORD);
      await tab.text('The password is changed').waitFor();
      expect(await tab.text('fresh').isVisible()).toBe(true);
    });

    it('changes the password at once when the token is fresh', async () => {
      await tab.logIn('bob');
      await tab.changePassword(PASSWORD);
      await tab.text('The password is changed').waitFor();
      expect(await tab.page.getByRole('dialog').isVisible()).toBe(false);
    });

    it('logs out, and the tokens of the deleted cookies are revoked', async () => {
      await tab.logIn();
      const before = await context.cookies();
      await tab.button('Log out').click();
      await tab.text('Logged out').waitFor();
      expect(await context.cookies()).toEqual([]);
      for (const [name, route] of [
        ['access_token_cookie', 'GET /profile'],
        ['refresh_token_cookie', 'POST /auth/refresh'],
      ] as const) {
        const token = before.find((cookie) => cookie.name === name)?.value;
        const answer = await new SampleClient(url).request(route, { token });
        expect(answer).toEqual({ status: 401, body: { msg: 'Token has been revoked', code: 'JWT_REVOKED' } });
      }
    });

    it('shares one session between two tabs: log-in, refresh and log-out reach both', async () => {
      await tab.logIn();
      const second = await SamplePage.open(context, url);
      await second.text('Logged in as alice').waitFor();
      await tab.button('Refresh').click();
      await second.text('not fresh').waitFor();
      await second.addNote('From the second tab');
      await second.note('From the second tab').waitFor();
      await second.button('Log out').click();
      await tab.text('Logged out').waitFor();
      expect(await tab.button('Log in').isVisible()).toBe(true);
      expect(second.complaints).toEqual([]);
    });

    it('lists the other sessions of the user, and can end them', async () => {
      await tab.logIn();
      const elsewhere = await chromium.newContext(PHONE);
      const other = await SamplePage.open(elsewhere, url);
      await other.logIn();
      await tab.page.reload();
      await tab.page.locator('#session-list li').nth(1).waitFor();
      expect(await tab.widthBeyond('#session-list')).toBe(0);
      await screenshot('sessions');
      const rows = await tab.page.locator('#session-list li').count();
      await tab.page.locator('#session-list li', { hasNotText: 'this one' }).first().getByRole('button').click();
      await tab.page
        .locator('#session-list li')
        .nth(rows - 1)
        .waitFor({ state: 'detached' });
      await other.text('Logged out').waitFor();
      expect(await other.widthBeyond('#log')).toBe(0);
      await elsewhere.close();
    });

    it('logs out everywhere', async () => {
      await tab.logIn('bob');
      const elsewhere = await chromium.newContext(DESKTOP);
      const other = await SamplePage.open(elsewhere, url);
      await other.logIn('bob');
      await tab.button('Log out everywhere').click();
      await tab.text('Logged out').waitFor();
      await other.text('Logged out').waitFor();
      await elsewhere.close();
    });

    it('shows that its live connections end when the user logs out everywhere in another window', async () => {
      await tab.logIn('bob');
      for (const name of CONNECTIONS) await tab.connection(name).getByText('open', { exact: true }).waitFor();
      const elsewhere = await chromium.newContext(DESKTOP);
      const other = await SamplePage.open(elsewhere, url);
      await other.logIn('bob');
      await screenshot('live');
      await other.button('Log out everywhere').click();
      for (const name of CONNECTIONS) await tab.connection(name).getByText('Token has been revoked').waitFor();
      await tab.text('Logged out').waitFor();
      await screenshot('live-ended');
      await tab.logIn('bob');
      for (const name of CONNECTIONS) await tab.connection(name).getByText('open', { exact: true }).waitFor();
      await elsewhere.close();
    });

    it('shows a note of another window without a request', async () => {
      await tab.logIn('bob');
      await tab.connection('WebSocket').getByText('open', { exact: true }).waitFor();
      const elsewhere = await chromium.newContext(DESKTOP);
      const other = await SamplePage.open(elsewhere, url);
      await other.logIn('bob');
      await other.addNote('From another window');
      await tab.note('From another window').waitFor();
      await elsewhere.close();
    });

    it('notices deleted cookies on the next request', async () => {
      await tab.logIn();
      // The page loads its list of sessions after log-in. That request must be over before the cookies go.
      await tab.text('this one').waitFor();
      await context.clearCookies();
      await tab.addNote('Too late');
      await tab.text('Logged out').waitFor();
    });

    it('has a dark colour scheme', async () => {
      await tab.page.emulateMedia({ colorScheme: 'dark' });
      await tab.logIn();
      await screenshot('dark');
    });
  });

  it('does not let a script insert markup', async () => {
    await open(DESKTOP);
    await expect(tab.page.evaluate(`document.body.innerHTML = '<b>bold</b>'`)).rejects.toThrow('TrustedHTML');
    await context.close();
  });

  it('fits a phone', async () => {
    await open(PHONE);
    await tab.logIn();
    await tab.addNote('On the way');
    await tab.note('On the way').waitFor();
    await screenshot('phone', false);
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width);
    await context.close();
  });

  describe('after a visit to a hostile page', () => {
    const window = useOrdinaryWindow();
    const site = new HostileSite();
    beforeAll(() => site.start());
    afterAll(() => site.stop());

    it.each(['evil.test', 'localhost'])('at %s: has no new note', async (host) => {
      const client = new SampleClient(url);
      const { access_token: token } = await client.pairOf('alice');
      const notes = async () => (await client.request('GET /notes', { token })).body;
      const before = await notes();
      const victim = await SamplePage.open(window(), url);
      await victim.logIn();
      for (const attack of [...POSTING, ...GETTING]) {
        const address = site.page(host, attack, url, { path: '/notes', withField: true });
        await victim.page.goto(address, { waitUntil: 'commit' });
        await victim.page.waitForFunction(`document.title === 'done' || location.origin === '${url}'`);
        await victim.page.waitForLoadState();
      }
      expect(await notes()).toEqual(before);
      await victim.page.close();
      await window().clearCookies();
    });

    it('is not logged in to another account', async () => {
      const victim = await SamplePage.open(window(), url);
      const fields = { username: 'alice', password: PASSWORD };
      const address = site.page('evil.test', 'a form in this window', url, { path: '/auth/session', fields });
      await victim.page.goto(address, { waitUntil: 'commit' });
      await victim.page.waitForURL(`${url}/auth/session`);
      expect(await victim.page.innerText('body')).toContain('Cross-origin request detected');
      expect(await window().cookies()).toEqual([]);
    });
  });
});
