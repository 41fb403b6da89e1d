import type { Page } from 'playwright-core';
import { useTestClock } from '../support/clock.js';
import { Bank, IN_PAGE } from './support/bank.js';
import { describeInChromium, useChromium } from './support/chromium.js';

describeInChromium('an access token of five minutes, in a browser', () => {
  const clock = useTestClock();
  const chromium = useChromium();
  const bank = new Bank({ accessTokenExpires: '5m', implicitRefresh: { within: '4m' } });
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
    for (let visits = 0; visits < 8; visits++) {
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
      expect(await page.evaluate(IN_PAGE.transfer)).toBe(200);
      tokens.add(await tokenOf());
      clock.advance(50);
    }
    expect(tokens.size).toBe(4);
  });

  it('expires when the page is not used', async () => {
    clock.advance(300);
    expect(await page.evaluate(IN_PAGE.transfer)).toBe(401);
  });

  it('is not renewed by a sign-out', async () => {
    clock.advance(90);
    expect(await page.evaluate(IN_PAGE.signOut)).toBe(200);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(IN_PAGE.who)).toBeNull();
  });
});
