import type { INestApplication } from '@nestjs/common';
import type { Page } from 'playwright-core';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import type { AdapterName } from '../support/adapters.js';
import { Bank, IN_PAGE } from './support/bank.js';
import { describeInChromium, useOrdinaryWindow } from './support/chromium.js';
import { GETTING, HostileSite, POSTING, type Attack } from './support/hostile-site.js';

/** The hosts of the hostile page. The bank is at 127.0.0.1. Another host is another site, and another port another origin. */
const OTHER_SITE = 'evil.test';
const SAME_SITE = '127.0.0.1';

const ALL = [...POSTING, ...GETTING];
const NO_CSRF = { csrf: false } as const;
const sameSite = (value: 'lax' | 'strict' | 'none' | false) => ({
  cookies: { sameSite: value, secure: value !== false },
});

/** A request with the header X-CSRF-TOKEN needs a CORS preflight, and the bank does not allow it. */
const WITHOUT_HEADER = ALL.filter((attack) => attack !== 'fetch with a value read from cookies');

interface Visit {
  readonly from?: string;
  readonly adapter?: AdapterName;
  readonly withField?: boolean;
  readonly prepare?: (app: INestApplication) => void;
}

describeInChromium('a hostile page', () => {
  const window = useOrdinaryWindow();
  const site = new HostileSite();
  beforeAll(() => site.start());
  afterAll(() => site.stop());

  /** The attacks that succeed when a user of a bank with these options visits the page. */
  async function attacksOn(options: JwtExtendedOptions, { from = OTHER_SITE, adapter, prepare, ...rest }: Visit = {}) {
    const bank = await new Bank(options, adapter).start(prepare);
    await window().clearCookies();
    const page = await window().newPage();
    try {
      await page.goto(bank.at());
      await page.evaluate(IN_PAGE.logIn);
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

  it('succeeds with every attack without protection', async () => {
    expect(await attacksOn({ ...NO_CSRF, ...sameSite('none') })).toEqual(WITHOUT_HEADER);
  });

  it.each(['express', 'fastify'] as const)(
    'succeeds by default on %s only with a link to a route that changes data',
    async (adapter) => {
      expect(await attacksOn({}, { adapter })).toEqual(['a link']);
    },
  );

  describe('against only SameSite', () => {
    it.each([
      ['strict', []],
      ['lax', ['a link']],
      // Without the attribute, Chromium treats a cookie as Lax, but allows forms in the first two minutes.
      [false, ['a form in this window', 'a link']],
    ] as const)('%p: succeeds from another site with %j', async (value, done) => {
      expect(await attacksOn({ ...NO_CSRF, ...sameSite(value) })).toEqual(done);
    });

    it.each(['strict', 'lax'] as const)(
      '%s: succeeds from another port of the same host with every attack',
      async (value) => {
        expect(await attacksOn({ ...NO_CSRF, ...sameSite(value) }, { from: SAME_SITE })).toEqual(WITHOUT_HEADER);
      },
    );
  });

  describe('against only CSRF protection', () => {
    it.each(['none', false] as const)('SameSite %p: succeeds from another site only with GET', async (value) => {
      expect(GETTING).toEqual(expect.arrayContaining(await attacksOn(sameSite(value))));
    });

    it('succeeds from another port of the same host only with GET, although it can read the value', async () => {
      expect(await attacksOn(sameSite('strict'), { from: SAME_SITE })).toEqual(GETTING);
    });
  });

  describe('against CSRF protection with checkForm', () => {
    const options: JwtExtendedOptions = { csrf: { checkForm: true } };

    it('succeeds from another site only with a link, because it cannot read the value', async () => {
      expect(await attacksOn(options, { withField: true })).toEqual(['a link']);
    });

    it('succeeds from another port of the same host with a form, because ports share cookies', async () => {
      const done = await attacksOn(options, { from: SAME_SITE, withField: true });
      expect(done).toEqual(['a form in this window', 'a form in a frame', ...GETTING]);
    });
  });

  describe("against only Nest's protection", () => {
    it.each([OTHER_SITE, SAME_SITE])('succeeds from %s only with GET', async (from) => {
      const prepare = (app: INestApplication) => void app.enableCsrfProtection();
      expect(await attacksOn({ ...NO_CSRF, ...sameSite('none') }, { from, prepare })).toEqual(GETTING);
    });
  });
});

/** Waits until the page has finished its attack, or until the browser is at the bank. */
async function visit(page: Page, address: string, bank: Bank): Promise<void> {
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForFunction(`document.title === 'done' || location.origin === ${JSON.stringify(bank.at())}`);
  await page.waitForLoadState();
}
