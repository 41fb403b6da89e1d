import { SampleClient } from '../sample/client.js';
import { BuiltSample } from './support/built-sample.js';
import { describeInChromium, useChromium } from './support/chromium.js';

describeInChromium('the OpenAPI page of the sample', () => {
  const chromium = useChromium();
  const sample = new BuiltSample();
  let url: string;

  beforeAll(async () => {
    url = await sample.start();
  }, 180_000);
  afterAll(() => sample.stop());

  it('calls a protected route after Authorize, and sends no request to another site', async () => {
    const context = await chromium.newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:') hosts.add(host);
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
    });
    await page.goto(`${url}/openapi`);
    const operation = page.locator('#operations-Profile-ProfileController_profile');
    const status = operation.locator('.live-responses-table .response-col_status').last();
    const execute = async (expected: string) => {
      await operation.getByRole('button', { name: 'Execute' }).click();
      await status.getByText(expected).waitFor();
    };
    await operation.click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await execute('401');

    const { access_token: token } = await new SampleClient(url).pairOf('alice');
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const scheme = page.locator('.auth-container', { has: page.locator('code', { hasText: /^bearer$/ }) });
    await scheme.getByRole('textbox').fill(token);
    await scheme.getByRole('button', { name: 'Apply credentials' }).click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await execute('200');
    expect(await operation.locator('.live-responses-table').textContent()).toContain('alice');

    expect([...hosts]).toEqual([new URL(url).host]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
