import { mkdirSync } from 'node:fs';
import type { BrowserContext } from 'playwright-core';
import { faultsOf } from './support/accessibility.js';
import { BuiltSample } from './support/built-sample.js';
import { describeInChromium, useChromium } from './support/chromium.js';
import { SamplePage } from './support/sample-page.js';

const SCREENSHOTS = 'artifacts/browser';
const CONNECTIONS = ['WebSocket', 'Event stream', 'GraphQL subscription'];
const WINDOWS = {
  'of 1280 pixels': { viewport: { width: 1280, height: 860 } },
  'of 390 pixels': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

describeInChromium('the page of the sample, for everybody', () => {
  const chromium = useChromium();
  const sample = new BuiltSample();
  let url: string;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    url = await sample.start();
  }, 180_000);
  afterAll(() => sample.stop());

  describe.each(Object.entries(WINDOWS))('in a window %s', (width, options) => {
    let context: BrowserContext;
    let tab: SamplePage;

    beforeEach(async () => {
      context = await chromium.newContext(options);
      tab = await SamplePage.open(context, url);
      await tab.text('Logged out').waitFor();
    });
    afterEach(async () => {
      await context.close();
      expect(tab.complaints).toEqual([]);
    });

    const screenshot = (name: string) =>
      tab.page.screenshot({ path: `${SCREENSHOTS}/${name} ${width}.png`, fullPage: true });
    const focused = () => tab.page.evaluate('document.activeElement.id || document.activeElement.name');
    const overflow = () => tab.page.evaluate('document.documentElement.scrollWidth - innerWidth');

    /** The texts in the rows of a list that are longer than their row. */
    const cutOff = (list: string) =>
      tab.page
        .locator(`${list} li, ${list} li > *`)
        .evaluateAll((all) =>
          all.filter((each) => each.scrollWidth > each.clientWidth + 1).map(({ textContent }) => textContent),
        );

    async function failToLogIn(): Promise<void> {
      await tab.field('Password').fill('wrong');
      await tab.button('Log in').click();
      await tab.page.getByRole('alert').getByText('Bad username or password').waitFor();
    }

    async function refreshAndChangePassword(): Promise<void> {
      await tab.button('Refresh').click();
      await tab.text('not fresh').waitFor();
      await tab.changePassword('correct horse battery staple');
      await tab.page.getByRole('dialog').waitFor();
    }

    it('says in the form that the password is wrong, and moves the focus there', async () => {
      await failToLogIn();
      const field = tab.field('Password');
      const attributes = await Promise.all(
        ['aria-invalid', 'aria-describedby'].map((name) => field.getAttribute(name)),
      );
      expect(attributes).toEqual(['true', 'log-in-error']);
      expect(await focused()).toBe('password');
      expect(await faultsOf(tab.page)).toEqual([]);
      await screenshot('wrong password');
      await field.fill('correct horse battery staple');
      await field.press('Enter');
      await tab.text('Logged in as alice').waitFor();
      await tab.button('Log out').click();
      await tab.text('Logged out').waitFor();
      expect(await field.getAttribute('aria-invalid')).toBeNull();
      expect(await tab.page.locator('#log-in-error').textContent()).toBe('');
    });

    it('moves the focus to the account after a log-in, and to the username after a log-out', async () => {
      for (const logOut of ['Log out', 'Log out everywhere']) {
        await tab.logIn('bob');
        expect(await focused()).toBe('account-name');
        await tab.button(logOut).press('Enter');
        await tab.text('Logged out').waitFor();
        expect(await focused()).toBe('username');
      }
    });

    it('keeps the focus on a button that sends a request, and on the list whose row is gone', async () => {
      const other = await SamplePage.open(await chromium.newContext(options), url);
      await other.logIn('bob');
      await tab.logIn('bob');
      await tab.button('Refresh').press('Enter');
      await tab.text('not fresh').waitFor();
      expect(await focused()).toBe('refresh');
      await tab.page.getByRole('button', { name: /^End / }).first().press('Enter');
      await tab.page.locator('#sessions-title:focus').waitFor();
      await other.page.context().close();
    });

    it('reads short texts aloud only, and never the log of requests', async () => {
      await tab.logIn();
      const regions = await tab.page
        .locator('[aria-live], [role=alert], [role=status], [role=log], output')
        .evaluateAll((all) => all.map(({ id }) => id));
      expect(regions).toEqual(['status', 'log-in-error', 'administration-error', 'confirm-error', 'toast']);
      const texts = await tab.page.locator('[role=alert], [role=status]').allTextContents();
      expect(texts.filter((text) => text.length > 60)).toEqual([]);
    });

    it('lists the users for an administrator, and says to other users why not', async () => {
      await tab.logIn('alice');
      await tab.button('List the users').click();
      await tab.page.locator('#user-list li', { hasText: 'bob' }).waitFor();
      expect(await tab.page.locator('#user-list li').allTextContents()).toEqual(['aliceadmin', 'bobuser']);
      expect(await faultsOf(tab.page)).toEqual([]);
      await screenshot('administrator');
      await tab.button('Log out').click();
      await tab.logIn('bob');
      expect(await tab.page.locator('#user-list li').count()).toBe(0);
      await tab.button('List the users').click();
      await tab.page.getByRole('alert').getByText('The token does not have the role that this route needs.').waitFor();
      expect(await tab.logged('GET', '/admin/users')).toContain('"code": "JWT_INSUFFICIENT_SCOPE"');
      expect(await tab.page.locator('#user-list li').count()).toBe(0);
      await screenshot('no administrator');
    });

    it('has no faults that axe finds, also in the dark and in its dialog', async () => {
      expect(await faultsOf(tab.page)).toEqual([]);
      await tab.logIn();
      await tab.text('this one').waitFor();
      expect(await cutOff('#session-list')).toEqual([]);
      expect(await faultsOf(tab.page)).toEqual([]);
      await tab.page.emulateMedia({ colorScheme: 'dark' });
      expect(await faultsOf(tab.page)).toEqual([]);
      await refreshAndChangePassword();
      expect(await faultsOf(tab.page)).toEqual([]);
      await tab.confirm('wrong');
      await tab.text('Wrong password').waitFor();
      expect(await focused()).toBe('password');
      expect(await faultsOf(tab.page)).toEqual([]);
    });

    it('shows why each connection has ended, and cuts nothing off', async () => {
      await tab.logIn('bob');
      for (const name of CONNECTIONS) await tab.connection(name).getByText('open', { exact: true }).waitFor();
      const other = await SamplePage.open(await chromium.newContext(options), url);
      await other.logIn('bob');
      await other.button('Log out everywhere').click();
      for (const name of CONNECTIONS) await tab.connection(name).getByText('Token has been revoked').waitFor();
      await tab.text('Logged out').waitFor();
      expect(await cutOff('#live-list')).toEqual([]);
      expect(await overflow()).toBe(0);
      expect(await faultsOf(tab.page)).toEqual([]);
      await screenshot('ended connections');
      await other.page.context().close();
    });

    it('links to the documentation and to the description of its routes', async () => {
      await tab.page.getByRole('link', { name: 'Documentation' }).click();
      await tab.page.waitForURL(`${url}/documentation/README.md`);
      expect(await tab.page.innerText('h1')).toBe('nestjs-jwt-extended');
      expect(await faultsOf(tab.page)).toEqual([]);
      expect(await overflow()).toBe(0);
      await tab.page.getByRole('link', { name: 'Sessions', exact: true }).click();
      await tab.page.waitForURL(`${url}/documentation/docs/guide/sessions-and-revocation.md`);
      await screenshot('documentation');
      await tab.page.goto(url);
      await tab.page.getByRole('link', { name: 'OpenAPI' }).click();
      await tab.page.waitForURL(`${url}/openapi`);
    });
  });
});
