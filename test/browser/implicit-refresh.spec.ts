import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Bank, IN_PAGE } from './support/bank.js';
import { describeInChromium, useChromium } from './support/chromium.js';

describeInChromium('an access token of five seconds, in a browser', () => {
  const chromium = useChromium();
  const bank = new Bank({ accessTokenExpires: '5s', implicitRefresh: { within: '4s' } });
  let page: Page;

  beforeAll(() => bank.start());
  afterAll(() => bank.stop());
  beforeEach(async () => {
    page = await (await chromium.newContext()).newPage();
    await page.goto(bank.at());
    await page.evaluate(IN_PAGE.signIn);
  });
  afterEach(() => page.context().close());

  const tokenOf = async () => {
    const cookies = await page.context().cookies();
    return cookies.find(({ name }) => name === 'access_token_cookie')?.value;
  };

  it('is renewed as long as the page is used, and POST goes on with the value of the moment', async () => {
    const tokens = new Set<unknown>();
    const end = Date.now() + 7_000;
    while (Date.now() < end) {
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
      expect(await page.evaluate(IN_PAGE.transfer)).toBe(200);
      tokens.add(await tokenOf());
      await sleep(400);
    }
    expect(tokens.size).toBeGreaterThan(1);
  }, 30_000);

  it('expires when the page is not used', async () => {
    await sleep(6_000);
    expect(await page.evaluate(IN_PAGE.transfer)).toBe(401);
  }, 30_000);

  it('is not renewed by a sign-out', async () => {
    await sleep(1_500);
    expect(await page.evaluate(IN_PAGE.signOut)).toBe(200);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(IN_PAGE.who)).toBeNull();
  }, 30_000);
});
