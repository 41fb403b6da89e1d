import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext } from 'playwright-core';
import { ExampleProject } from '../docs/example-project.js';
import { codeBlocksOf } from '../docs/page.js';
import { Bank } from './support/bank.js';
import { describeInChromium, useChromium, useOrdinaryWindow } from './support/chromium.js';

const project = new ExampleProject(codeBlocksOf(readFileSync('docs/guide/front-end-on-another-site.md', 'utf8')));
const { allowFrontEnd } = await import(project.path('src/cors.ts'));
afterAll(() => project.remove());

describeInChromium('a front end on another site, set up as in the documentation', () => {
  const ordinary = useOrdinaryWindow();
  const chromium = useChromium();
  const bank = new Bank({ cookies: { sameSite: 'none' } });
  let site: Server;

  beforeAll(async () => {
    site = createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/html').end('<title>Shop</title>'),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    await bank.start((app) => allowFrontEnd(app, addressOf('shop.localhost')));
  });
  afterAll(async () => {
    site.closeAllConnections();
    site.close();
    await bank.stop();
  });

  const addressOf = (host: string) => `http://${host}:${(site.address() as AddressInfo).port}`;

  /** Logs in and makes a transfer. Returns the status of the transfer. */
  async function transferFrom(host: string, context: BrowserContext): Promise<unknown> {
    const page = await context.newPage();
    await page.goto(addressOf(host));
    return page.evaluate(`(async () => {
      const send = (path, headers) => fetch('${bank.at()}' + path, { method: 'POST', credentials: 'include', headers });
      const { value } = await (await send('/log-in')).json();
      return (await send('/transfer', { 'X-CSRF-TOKEN': value })).status;
    })().catch(({ name }) => name)`);
  }

  it('sends its cookies and the CSRF value from the log-in response', async () => {
    expect(await transferFrom('shop.localhost', ordinary())).toBe(200);
  });

  it('is refused in a private window, which drops the cookies', async () => {
    const context = await chromium.newContext();
    expect(await transferFrom('shop.localhost', context)).toBe(401);
    await context.close();
  });

  it('cannot log in from any other origin', async () => {
    expect(await transferFrom('other.localhost', ordinary())).toBe('TypeError');
    expect(bank.transfers).toEqual(['POST']);
  });
});
