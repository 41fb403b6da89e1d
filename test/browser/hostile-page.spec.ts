import type { INestApplication } from '@nestjs/common';
import type { Page } from 'playwright-core';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import type { AdapterName } from '../support/adapters.js';
import { Bank, IN_PAGE } from './support/bank.js';
import { describeInChromium, useOrdinaryWindow } from './support/chromium.js';
import { GETTING, HostileSite, POSTING, type Attack } from './support/hostile-site.js';

/** Where the page comes from, seen from a bank at 127.0.0.1: sites are told apart by host, origins by port too. */
const OTHER_SITE = 'evil.test';
const SAME_SITE = '127.0.0.1';

const ALL = [...POSTING, ...GETTING];
const NO_CSRF = { csrf: false } as const;
const sameSite = (value: 'lax' | 'strict' | 'none' | false) => ({
  cookies: { sameSite: value, secure: value !== false },
});

/** The header of the double submit value is not for simple requests: browsers ask first (CORS), and get no leave. */
const WITHOUT_HEADER = ALL.filter((attack) => attack !== 'fetch with a value read from cookies');

interface Visit {
  readonly from?: string;
  readonly adapter?: AdapterName;
  readonly withField?: boolean;
  readonly prepare?: (app: INestApplication) => void;
}

describeInChromium('what a hostile page gets done', () => {
  const window = useOrdinaryWindow();
  const site = new HostileSite();
  beforeAll(() => site.start());
  afterAll(() => site.stop());

  /** When somebody who is signed in to a bank with these options visits it. */
  async function doneTo(options: JwtExtendedOptions, { from = OTHER_SITE, adapter, prepare, ...rest }: Visit = {}) {
    const bank = await new Bank(options, adapter).start(prepare);
    await window().clearCookies();
    const page = await window().newPage();
    try {
      await page.goto(bank.at());
      await page.evaluate(IN_PAGE.signIn);
      const done: Attack[] = [];
      for (const attack of ALL) {
        bank.transfers.length = 0;
        await visit(page, site.page(from, attack, bank.at(), rest), bank);
        if (bank.transfers.length > 0) done.push(attack);
      }
      return done;
    } finally {
      await page.close();
      await bank.stop();
    }
  }

  it('is all it tries, where nothing protects', async () => {
    expect(await doneTo({ ...NO_CSRF, ...sameSite('none') })).toEqual(WITHOUT_HEADER);
  });

  it.each(['express', 'fastify'] as const)(
    'is nothing by default on %s, but by a link that changes something',
    async (adapter) => {
      expect(await doneTo({}, { adapter })).toEqual(['a link']);
    },
  );

  describe('with SameSite alone', () => {
    it.each([
      ['strict', []],
      ['lax', ['a link']],
      // Chromium's own default is Lax, but for the first two minutes of a cookie's life.
      [false, ['a form in this window', 'a link']],
    ] as const)('%p: from another site %j', async (value, done) => {
      expect(await doneTo({ ...NO_CSRF, ...sameSite(value) })).toEqual(done);
    });

    it.each(['strict', 'lax'] as const)('%s: from another port of the same host everything', async (value) => {
      expect(await doneTo({ ...NO_CSRF, ...sameSite(value) }, { from: SAME_SITE })).toEqual(WITHOUT_HEADER);
    });
  });

  describe('with CSRF protection alone', () => {
    it.each(['none', false] as const)('SameSite %p: from another site nothing but by GET', async (value) => {
      expect(GETTING).toEqual(expect.arrayContaining(await doneTo(sameSite(value))));
    });

    it('from another port of the same host nothing but by GET, though it can read the value', async () => {
      expect(await doneTo(sameSite('strict'), { from: SAME_SITE })).toEqual(GETTING);
    });
  });

  describe('with CSRF protection that looks into forms', () => {
    const options: JwtExtendedOptions = { csrf: { checkForm: true } };

    it('from another site nothing, for it cannot read the value', async () => {
      expect(await doneTo(options, { withField: true })).toEqual(['a link']);
    });

    it('from another port of the same host a form: cookies do not tell ports apart', async () => {
      const done = await doneTo(options, { from: SAME_SITE, withField: true });
      expect(done).toEqual(['a form in this window', 'a form in a frame', ...GETTING]);
    });
  });

  describe("with Nest's protection alone", () => {
    it.each([OTHER_SITE, SAME_SITE])('from %s nothing but by GET', async (from) => {
      const prepare = (app: INestApplication) => void app.enableCsrfProtection();
      expect(await doneTo({ ...NO_CSRF, ...sameSite('none') }, { from, prepare })).toEqual(GETTING);
    });
  });
});

/** Until the page has done what it can, or has led to the bank. */
async function visit(page: Page, address: string, bank: Bank): Promise<void> {
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForFunction(`document.title === 'done' || location.origin === ${JSON.stringify(bank.at())}`);
  await page.waitForLoadState();
}
