import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { useChromium } from '../../browser/support/chromium.js';
import type { BuiltSite } from './built-site.js';
import { firstPages, questions } from './describe-search.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = { desktop: 1280, phone: 390 };
type Scheme = 'light' | 'dark';

/** One page of each kind: the first one, code, wide tables, a picture, the API, a file. */
const KINDS = [
  '/',
  '/guide/sessions-and-revocation.html',
  '/reference/options.html',
  '/operations/benchmarks.html',
  '/reference/api/main/classes/KeyRing.html',
  '/source/examples/08-basic-usage/main.ts.html',
];

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** The serious faults of accessibility on the page. The dark scheme changes only the colors. */
async function seriousFaults(page: Page, scheme: Scheme): Promise<string[]> {
  await page.evaluate(AXE);
  const options = { resultTypes: ['violations'], ...(scheme === 'dark' && { runOnly: ['color-contrast'] }) };
  const run = `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`;
  const violations = await page.evaluate<readonly Violation[]>(run);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.length} times, ${nodes[0]?.html}`);
}

/** How much wider the page is than the window, in pixels. */
function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** The label or the text of the focused element. */
function focused(page: Page): Promise<string> {
  const element = 'document.activeElement';
  const label = ['aria-label', 'title'].map((name) => `${element}.getAttribute('${name}')`).join(' ?? ');
  return page.evaluate<string>(`${label} ?? ${element}.innerText.trim()`);
}

/** Presses Tab until the focused element has this label or text. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let count = 0; count < 150; count += 1) {
    await page.keyboard.press('Tab');
    if (name.test(await focused(page))) return;
  }
  throw new Error(`Tab does not reach ${String(name)}`);
}

/** The built site in Chromium. */
export function describeBrowser(site: BuiltSite): void {
  const browser = useChromium();
  const outside: string[] = [];
  let url: string;

  beforeAll(async () => {
    url = await site.serve();
  });
  afterAll(() => site.stop());

  async function open(width: number, scheme: Scheme): Promise<{ page: Page; close(): Promise<void> }> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    context.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) outside.push(request.url());
    });
    return { page: await context.newPage(), close: () => context.close() };
  }

  afterAll(() => expect(outside).toEqual([]));

  const windows = Object.entries(WIDTHS).flatMap(([device, width]) =>
    (['light', 'dark'] as const).map((scheme) => ({ device, width, scheme })),
  );

  it.each(windows)('has no serious fault of accessibility: $device, $scheme', async ({ width, scheme }) => {
    const { page, close } = await open(width, scheme);
    const faults: string[] = [];
    for (const path of KINDS) {
      await page.goto(`${url}${path}`);
      for (const fault of await seriousFaults(page, scheme)) faults.push(`${path} ${fault}`);
    }
    await close();
    expect(faults).toEqual([]);
  });

  /** A page for each name or file has the same parts, so the ones of KINDS are enough. */
  const isOneOfMany = /^(source|reference\/api\/\w+\/.*\/)/;
  const ordinary = () => site.pages().filter((name) => !isOneOfMany.test(name));

  it.each([
    { device: 'phone', paths: () => KINDS, scripts: true },
    { device: 'desktop', paths: () => KINDS, scripts: true },
    // The scripts would load each page a second time, and change no width.
    { device: 'phone', paths: () => ordinary().map((page) => `/${page}`), scripts: false },
  ] as const)('is never wider than the window: $device, scripts: $scripts', async ({ device, paths, scripts }) => {
    const { page, close } = await open(WIDTHS[device], 'light');
    if (!scripts) await page.route('**/*.js', (route) => route.abort());
    const wide: string[] = [];
    for (const path of paths()) {
      await page.goto(`${url}${path}`, { waitUntil: 'domcontentloaded' });
      const pixels = await overflow(page);
      if (pixels > 0) wide.push(`${path}: ${pixels}`);
    }
    await close();
    expect(wide).toEqual([]);
  });

  describe('the search', () => {
    let opened: Awaited<ReturnType<typeof open>>;

    beforeAll(async () => {
      opened = await open(WIDTHS.desktop, 'light');
      await opened.page.goto(`${url}/`);
      await opened.page.getByRole('button', { name: 'Search' }).click();
    });
    afterAll(() => opened.close());

    it.each(questions)('shows the answer of: $question', async ({ question, page: answer }) => {
      const results = opened.page.locator('.result');
      await opened.page.getByRole('searchbox').fill('');
      await results.first().waitFor({ state: 'detached' });
      await opened.page.getByRole('searchbox').fill(question);
      await results.first().waitFor();
      const addresses = await results.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(firstPages(addresses)).toContain(answer);
    });
  });

  describe('by keyboard alone', () => {
    it('skips to the content', async () => {
      const { page, close } = await open(WIDTHS.desktop, 'light');
      await page.goto(`${url}/guide/keys.html`);
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('Skip to content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('VPContent');
      await close();
    });

    it('searches, and opens a result', async () => {
      const { page, close } = await open(WIDTHS.desktop, 'light');
      await page.goto(`${url}/`);
      await tabTo(page, /Search/);
      await page.keyboard.press('Enter');
      await page.getByRole('searchbox').waitFor();
      await page.keyboard.type('rotate keys');
      await page.locator('.result').first().waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/guide\/key-rotation/);
      await close();
    });

    it('reaches each page by the menu and the sidebar', async () => {
      const { page, close } = await open(WIDTHS.desktop, 'light');
      await page.goto(`${url}/`);
      await tabTo(page, /^Reference$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/reference\/options\.html/);
      await tabTo(page, /^Errors$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/reference\/errors\.html/);
      await close();
    });

    it('changes between light and dark', async () => {
      const { page, close } = await open(WIDTHS.desktop, 'light');
      await page.goto(`${url}/guide/keys.html`);
      const isDark = () => page.evaluate<boolean>("document.documentElement.classList.contains('dark')");
      expect(await isDark()).toBe(false);
      await tabTo(page, /dark theme/i);
      await page.keyboard.press('Enter');
      expect(await isDark()).toBe(true);
      await close();
    });

    it('opens the menu and the list of pages on a phone', async () => {
      const { page, close } = await open(WIDTHS.phone, 'light');
      await page.goto(`${url}/guide/keys.html`);
      await tabTo(page, /mobile navigation/i);
      await page.keyboard.press('Enter');
      await tabTo(page, /^Operations$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/operations\//);
      await tabTo(page, /^Menu$/);
      await page.keyboard.press('Enter');
      await tabTo(page, /^Errors$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/reference\/errors\.html/);
      await close();
    });
  });
}
