import type { INestApplication } from '@nestjs/common';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { createConformanceApp, type AdapterName, type ScenarioSetup } from './conformance-app.js';
import { traced } from './trace.js';

const CONTROL_PATH = '/__scenario';

/** The result of a start: whether the application serves, or the reason why its configuration was refused. */
export type Preparation = { readonly refused: null } | { readonly refused: string };

/** One HTTP server with the application of the current scenario. Each scenario replaces the application. */
export class ConformanceServer {
  private readonly server: Server;
  private app: INestApplication | null = null;
  private preparing: Promise<unknown> = Promise.resolve();

  /** The options apply to every scenario that does not set them. */
  constructor(
    private readonly adapter: AdapterName,
    private readonly options: JwtExtendedOptions = {},
  ) {
    this.server = createServer((request, response) => this.handle(request, response));
  }

  /** Listens on 127.0.0.1 and returns the port. 0 means any free port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await this.preparing;
    await this.replaceApp(null);
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Replaces the application. Simultaneous calls run one after the other. */
  prepare(setup: ScenarioSetup): Promise<Preparation> {
    const preparation = this.preparing.then(() => this.prepareNow(setup));
    this.preparing = preparation.catch(() => undefined);
    return preparation;
  }

  private async prepareNow(setup: ScenarioSetup): Promise<Preparation> {
    await this.replaceApp(null);
    try {
      await this.replaceApp(await createConformanceApp(setup, this.adapter, this.options));
      return { refused: null };
    } catch (error) {
      if (error instanceof TypeError) return { refused: error.message };
      throw error;
    }
  }

  private async replaceApp(next: INestApplication | null): Promise<void> {
    const previous = this.app;
    this.app = next;
    await previous?.close();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === CONTROL_PATH) {
      this.control(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
      return;
    }
    if (!this.app) return answer(response, 503, { error: `No scenario is being served; POST ${CONTROL_PATH} first.` });
    const nest = this.app.getHttpServer() as Server;
    traced(response, () => nest.emit('request', request, response));
  }

  private async control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return answer(response, 200, { versions: versions(this.adapter) });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const setup = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ScenarioSetup;
    const { refused } = await this.prepare(setup);
    if (refused === null) answer(response, 200, { ready: setup.name });
    else answer(response, 422, { refused });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function versions(adapter: AdapterName): object {
  const require = createRequire(import.meta.url);
  const names = ['nestjs-jwt-extended', '@nestjs/core', `@nestjs/platform-${adapter}`];
  const installed = names.map((name) => [name, (require(`${name}/package.json`) as { version: string }).version]);
  return { Node: process.version, ...Object.fromEntries(installed) };
}
