import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { describeWithProgram } from '../../support/programs.js';

/** The Chromium of the Debian package, so that the tests need no download of Playwright. */
const EXECUTABLE = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium treats names below localhost as secure, like https. It does not do so for *.test.
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1',
];

/** An ordinary window sends cookies to third parties. A private window does not. */
const PREFERENCES = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };

const CHROMIUM = { isInstalled: existsSync(EXECUTABLE), install: 'apt-get install chromium' };

/** Describes tests that need a browser. */
export function describeInChromium(name: string, body: () => void): void {
  describeWithProgram(CHROMIUM, name, body);
}

/** Runs a browser during the surrounding `describe`. Each context is a private window. */
export function useChromium(): { newContext(options?: BrowserContextOptions): Promise<BrowserContext> } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  });
  afterAll(() => browser?.close());
  return {
    newContext: (options) => running(browser).newContext(options),
  };
}

/** Runs an ordinary window during the surrounding `describe`. */
export function useOrdinaryWindow(): () => BrowserContext {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  let window: BrowserContext | undefined;
  beforeAll(async () => {
    mkdirSync(join(profile, 'Default'));
    writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(PREFERENCES));
    window = await chromium.launchPersistentContext(profile, { executablePath: EXECUTABLE, args: FLAGS });
  });
  afterAll(async () => {
    await window?.close();
    rmSync(profile, { recursive: true, maxRetries: 5 });
  });
  return () => running(window);
}

function running<T>(started: T | undefined): T {
  if (started === undefined) throw new Error('The browser is not running');
  return started;
}
