import { mkdirSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { PASSWORD, SampleClient } from '../sample/client.js';
import { BuiltSample } from './support/built-sample.js';
import { describeInChromium, useChromium, useOrdinaryWindow } from './support/chromium.js';
import { GETTING, HostileSite, POSTING } from './support/hostile-site.js';
import { SamplePage } from './support/sample-page.js';

const SCREENSHOTS = 'artifacts/browser';
const DESKTOP = { viewport: { width: 1280, height: 860 } };
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

    it('says who is signed in, and shows what was sent and answered', async () => {
      await tab.text('Signed out').waitFor();
      await screenshot('signed-out');
      await tab.signIn();
      const log = await tab.logged('POST', '/auth/session');
      expect(log).toMatch(/"password": "•+"/);
      expect(log).not.toContain(PASSWORD);
      expect(await tab.text('Administrator').isVisible()).toBe(true);
      await screenshot('signed-in');
      await tab.page.reload();
      await tab.text('Signed in as alice').waitFor();
    });

    it('says what is wrong with a password', async () => {
      await tab.field('Password').fill('wrong');
      await tab.button('Sign in').click();
      await tab.text('Wrong username or password').waitFor();
      expect(await tab.text('Signed out').isVisible()).toBe(true);
    });

    it('keeps the tokens out of reach of its scripts', async () => {
      await tab.signIn();
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

    it('gets a protected POST done with the CSRF header, and not without', async () => {
      await tab.signIn();
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

    it('takes markup for text', async () => {
      await tab.signIn();
      const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
      await tab.addNote(markup);
      await tab.note(markup).waitFor();
      expect(await tab.page.title()).toContain('nestjs-jwt-extended');
    });

    it('asks for the password again when the token is not fresh', async () => {
      await tab.signIn('bob');
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
      await tab.signIn('bob');
      await tab.changePassword(PASSWORD);
      await tab.text('The password is changed').waitFor();
      expect(await tab.page.getByRole('dialog').isVisible()).toBe(false);
    });

    it('signs out, and what the cookies held is worth nothing any more', async () => {
      await tab.signIn();
      const before = await context.cookies();
      await tab.button('Sign out').click();
      await tab.text('Signed out').waitFor();
      expect(await context.cookies()).toEqual([]);
      for (const [name, route] of [
        ['access_token_cookie', 'GET /profile'],
        ['refresh_token_cookie', 'POST /auth/refresh'],
      ] as const) {
        const token = before.find((cookie) => cookie.name === name)?.value;
        const answer = await new SampleClient(url).request(route, { token });
        expect(answer).toEqual({ status: 401, body: { msg: 'Token has been revoked' } });
      }
    });

    it('is one session in two tabs: signed in, refreshed and signed out in both', async () => {
      await tab.signIn();
      const second = await SamplePage.open(context, url);
      await second.text('Signed in as alice').waitFor();
      await tab.button('Refresh').click();
      await second.text('not fresh').waitFor();
      await second.addNote('From the second tab');
      await second.note('From the second tab').waitFor();
      await second.button('Sign out').click();
      await tab.text('Signed out').waitFor();
      expect(await tab.button('Sign in').isVisible()).toBe(true);
      expect(second.complaints).toEqual([]);
    });

    it('lists where else somebody is signed in, and ends it from there', async () => {
      await tab.signIn();
      const elsewhere = await chromium.newContext(PHONE);
      const other = await SamplePage.open(elsewhere, url);
      await other.signIn();
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
      expect(await other.widthBeyond('#log')).toBe(0);
      await other.addNote('From a session that is over');
      await other.text('Signed out').waitFor();
      await elsewhere.close();
    });

    it('signs out everywhere', async () => {
      await tab.signIn('bob');
      const elsewhere = await chromium.newContext(DESKTOP);
      const other = await SamplePage.open(elsewhere, url);
      await other.signIn('bob');
      await tab.button('Sign out everywhere').click();
      await tab.text('Signed out').waitFor();
      await other.addNote('From a session that is over');
      await other.text('Signed out').waitFor();
      await elsewhere.close();
    });

    it('notices a sign-out it was not told of', async () => {
      await tab.signIn();
      // Until the list of sessions is there, which would notice as well.
      await tab.text('this one').waitFor();
      await context.clearCookies();
      await tab.addNote('Too late');
      await tab.text('Signed out').waitFor();
    });

    it('can be read in the dark', async () => {
      await tab.page.emulateMedia({ colorScheme: 'dark' });
      await tab.signIn();
      await screenshot('dark');
    });
  });

  it('refuses markup that a script would put into it', async () => {
    await open(DESKTOP);
    await expect(tab.page.evaluate(`document.body.innerHTML = '<b>bold</b>'`)).rejects.toThrow('TrustedHTML');
    await context.close();
  });

  it('fits a phone', async () => {
    await open(PHONE);
    await tab.signIn();
    await tab.addNote('On the way');
    await tab.note('On the way').waitFor();
    await screenshot('phone', false);
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width);
    await context.close();
  });

  describe('visited after a hostile one', () => {
    const window = useOrdinaryWindow();
    const site = new HostileSite();
    beforeAll(() => site.start());
    afterAll(() => site.stop());

    it.each(['evil.test', 'localhost'])('at %s: has nothing done to it', async (host) => {
      const client = new SampleClient(url);
      const { access_token: token } = await client.pairOf('alice');
      const notes = async () => (await client.request('GET /notes', { token })).body;
      const before = await notes();
      const victim = await SamplePage.open(window(), url);
      await victim.signIn();
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

    it('is not signed in to an account of somebody else by it', async () => {
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
