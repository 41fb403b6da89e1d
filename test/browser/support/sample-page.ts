import type { BrowserContext, Locator, Page } from 'playwright-core';

/** The page of the sample in one tab, with the actions of a user. */
export class SamplePage {
  /** The errors of its scripts, its console and its content security policy. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(60_000);
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      // Chromium logs each refused request as an error.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) this.complaints.push(message.text());
    });
  }

  static async open(context: BrowserContext, url: string): Promise<SamplePage> {
    const opened = new SamplePage(await context.newPage());
    await opened.page.goto(url);
    return opened;
  }

  text(content: string): Locator {
    return this.page.getByText(content, { exact: true });
  }

  field(label: string): Locator {
    return this.page.locator('input').and(this.page.getByLabel(label, { exact: true }));
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  note(text: string): Locator {
    return this.page.locator('#note-list').getByText(text, { exact: true });
  }

  /** The state that the page shows for a live connection. */
  connection(name: string): Locator {
    return this.page.locator('#live-list li', { hasText: name }).locator('.chip');
  }

  async logIn(username = 'alice'): Promise<void> {
    await this.field('Username').fill(username);
    await this.button('Log in').click();
    await this.text(`Logged in as ${username}`).waitFor();
  }

  async addNote(text: string): Promise<void> {
    await this.field('A new note').fill(text);
    await this.button('Add').click();
  }

  async changePassword(password: string): Promise<void> {
    await this.field('New password').fill(password);
    await this.button('Change').click();
  }

  async confirm(password: string): Promise<void> {
    await this.field('Current password').fill(password);
    await this.button('Confirm').click();
  }

  /** The number of pixels by which the content of an element overflows its width. */
  widthBeyond(selector: string): Promise<number> {
    return this.page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);
  }

  /** The text of the log for the latest request with this method and path. */
  async logged(method: string, path: string): Promise<string> {
    const entry = this.page.locator('#log details', { hasText: `${method} ${path}` }).first();
    await entry.waitFor();
    return (await entry.textContent()) ?? '';
  }
}
