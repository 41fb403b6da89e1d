import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The attacks, one page each. A page sets its title to "done" when its attack is over. */
const ATTACKS = {
  'a form in this window': (target: string, fields: string) => `
    <form method="post" action="${target}">${fields}</form>
    <script>document.forms[0].submit()</script>`,

  'a form in a frame': (target: string, fields: string) => `
    <iframe name="frame"></iframe>
    <form method="post" action="${target}" target="frame">${fields}</form>
    <script>
      document.forms[0].submit();
      document.querySelector('iframe').addEventListener('load', () => { document.title = 'done' });
    </script>`,

  'fetch with credentials': (target: string) => `
    <script>
      const body = new URLSearchParams({ amount: 1000 });
      fetch('${target}', { method: 'POST', mode: 'no-cors', credentials: 'include', body })
        .finally(() => { document.title = 'done' });
    </script>`,

  'fetch with a value read from cookies': (target: string) => `
    <script>
      const value = /csrf_access_token=([^;]+)/.exec(document.cookie)?.[1] ?? 'guessed';
      fetch('${target}', { method: 'POST', credentials: 'include', headers: { 'X-CSRF-TOKEN': value } })
        .catch(() => undefined).finally(() => { document.title = 'done' });
    </script>`,

  'a beacon': (target: string) => `
    <script>
      navigator.sendBeacon('${target}', new URLSearchParams({ amount: 1000 }));
      setTimeout(() => { document.title = 'done' }, 300);
    </script>`,

  'an image': (target: string) => `
    <img src="${target}" onerror="document.title = 'done'">`,

  'a link': (target: string) => `
    <script>location.href = '${target}'</script>`,
} satisfies Record<string, (target: string, fields: string) => string>;

export type Attack = keyof typeof ATTACKS;

/** The attacks with POST, and the attacks with GET. */
export const POSTING: readonly Attack[] = [
  'a form in this window',
  'a form in a frame',
  'fetch with credentials',
  'fetch with a value read from cookies',
  'a beacon',
];
export const GETTING: readonly Attack[] = ['an image', 'a link'];

/** The form fields of an attack on the bank, and of one on the sample. */
const FIELDS = { amount: '1000', text: 'Hacked' };

/** A form field with the double submit value, if the page can read it. */
const CSRF_FIELD = `
  <input name="csrf_token">
  <script>
    document.querySelector('[name=csrf_token]').value = /csrf_access_token=([^;]+)/.exec(document.cookie)?.[1] ?? '';
  </script>`;

/** The target of an attack. */
export interface Aim {
  /** @default '/transfer' */
  readonly path?: string;
  /** The fields of its forms. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Adds a field with the double submit value, if the page can read it. */
  readonly withField?: boolean;
}

/** A server that serves these pages on every host name. */
export class HostileSite {
  private server?: Server;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const html = pageOf(new URL(request.url ?? '', 'http://localhost').searchParams);
      // The browser also requests an icon.
      if (html === null) response.writeHead(404).end();
      else response.setHeader('Content-Type', 'text/html').end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** The address of the page that attacks `site`. */
  page(
    host: string,
    attack: Attack,
    site: string,
    { path = '/transfer', fields = FIELDS, withField }: Aim = {},
  ): string {
    const query = new URLSearchParams({ attack, target: `${site}${path}`, fields: JSON.stringify(fields) });
    if (withField) query.set('withField', '');
    return `http://${host}:${(this.server?.address() as AddressInfo).port}/?${query.toString()}`;
  }
}

function pageOf(query: URLSearchParams): string | null {
  const attack: (typeof ATTACKS)[Attack] | undefined = ATTACKS[query.get('attack') as Attack];
  if (attack === undefined) return null;
  const fields = Object.entries(JSON.parse(query.get('fields') ?? '{}') as Record<string, string>)
    .map(([name, value]) => `<input name="${name}" value="${value}">`)
    .join('');
  const html = attack(query.get('target') ?? '', query.has('withField') ? fields + CSRF_FIELD : fields);
  return `<!doctype html><title>...</title><body>${html}</body>`;
}
