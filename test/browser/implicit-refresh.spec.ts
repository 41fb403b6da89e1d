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
    await page.evaluate(IN_PAGE.logIn);
  });
  afterEach(() => page.context().close());

  const tokenOf = async () => {
    const cookies = await page.context().cookies();
    return cookies.find(({ name }) => name === 'access_token_cookie')?.value;
  };

  it('is renewed while the user is active, and POST works with each new CSRF value', async () => {
    const tokens = new Set<unknown>();
    for (let visits = 0; visits < 8; visits++) {
      expect(await page.evaluate(IN_PAGE.who)).toBe('alice');
      expect(await page.evaluate(IN_PAGE.transfer)).toBe(200);
      tokens.add(await tokenOf());
      clock.advance(50);
    }
    expect(tokens.size).toBe(4);
  });

  it('expires when the user is not active', async () => {
    clock.advance(300);
    expect(await page.evaluate(IN_PAGE.transfer)).toBe(401);
  });

  it('is not renewed by a log-out', async () => {
    clock.advance(90);
    expect(await page.evaluate(IN_PAGE.logOut)).toBe(200);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(IN_PAGE.who)).toBeNull();
  });
});
