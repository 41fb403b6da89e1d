import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DIST = 'artifacts/site/dist';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The site as `npm run docs:build` writes it. The script builds only if a file has changed. */
export class BuiltSite {
  private server?: Server;

  async build(): Promise<void> {
    await run(process.execPath, ['scripts/docs-site.mjs', 'build'], { env: { ...process.env, NODE_OPTIONS: '' } });
  }

  /** Serves the files, and returns the address. */
  async serve(): Promise<string> {
    this.server = createServer((request, response) => {
      const path = decodeURI(new URL(request.url ?? '/', 'http://localhost').pathname);
      const file = join(DIST, path.endsWith('/') ? `${path}index.html` : path);
      if (!existsSync(file) || statSync(file).isDirectory()) response.writeHead(404).end();
      else response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.server?.once('listening', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** The paths of all pages, such as `guide/keys.html`. */
  pages(): string[] {
    return readdirSync(DIST, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html') && name !== '404.html')
      .sort();
  }

  read(path: string): string {
    return readFileSync(join(DIST, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(DIST, path)) && statSync(join(DIST, path)).isFile();
  }

  /** The documents of the search: one for each section of a page. */
  searchDocuments(): string {
    const chunks = readdirSync(join(DIST, 'assets/chunks'));
    return join(DIST, 'assets/chunks', chunks.find((name) => name.startsWith('@localSearchIndexroot')) as string);
  }
}
