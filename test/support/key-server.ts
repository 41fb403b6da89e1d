import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers with JSON, 200. */
export function json(document: unknown, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(document));
  };
}

/** Answers with a status and nothing else. */
export function status(code: number, headers: Record<string, string> = {}): Behaviour {
  return (response) => response.writeHead(code, headers).end();
}

/** Takes the request and never answers. */
export const silence: Behaviour = () => undefined;

/** An HTTP server on loopback with configurable behaviour, which counts its requests. */
export class KeyServer {
  /** What is answered, by path; anything else is 404. */
  readonly paths = new Map<string, Behaviour>();
  /** The paths that were asked for, in order. */
  readonly requests: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly answers = new Set<ServerResponse>();
  private server: Server | null = null;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get keysUrl(): string {
    return `${this.url}/keys`;
  }

  /** How often the keys were asked for. */
  get fetches(): number {
    return this.requests.filter((path) => path === '/keys').length;
  }

  /** What is answered where the keys are. */
  set keys(behaviour: Behaviour) {
    this.paths.set('/keys', behaviour);
  }

  /** On the port it had before, if it had one. */
  async start(): Promise<this> {
    const server = createServer((request, response) => this.answer(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server = server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** As if it had never been: connections are reset. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** How many answers are under way. The client of Node may leave an idle connection open, which does not count. */
  get answering(): number {
    return this.answers.size;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(path);
    // Or a client would keep connections of one test into the next.
    response.setHeader('Connection', 'close');
    response.on('error', () => undefined);
    this.answers.add(response);
    response.once('close', () => this.answers.delete(response));
    (this.paths.get(path) ?? status(404))(response, request);
  }
}

/** A server that runs as long as the surrounding `describe` or file, and resets its behaviour after each test. */
export function useKeyServer(): KeyServer {
  const server = new KeyServer();
  beforeAll(() => server.start());
  beforeEach(() => {
    server.paths.clear();
    server.requests.length = 0;
  });
  afterAll(() => server.stop());
  return server;
}
