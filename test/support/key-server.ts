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

/** Answers with only a status. */
export function status(code: number, headers: Record<string, string> = {}): Behaviour {
  return (response) => response.writeHead(code, headers).end();
}

/** Receives the request and never answers. */
export const silence: Behaviour = () => undefined;

/** An HTTP server on loopback with configurable behaviour, which counts its requests. */
export class KeyServer {
  /** The answers by path. Any other path gets 404. */
  readonly paths = new Map<string, Behaviour>();
  /** The requested paths, in order. */
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

  /** The number of requests for the keys. */
  get fetches(): number {
    return this.requests.filter((path) => path === '/keys').length;
  }

  /** The answer at the path of the keys. */
  set keys(behaviour: Behaviour) {
    this.paths.set('/keys', behaviour);
  }

  /** Starts on its former port, if it had one. */
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

  /** Ends the server and resets its connections. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The number of pending answers. Idle connections, which the client of Node can leave open, do not count. */
  get answering(): number {
    return this.answers.size;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(path);
    // Otherwise a client would use connections of one test in the next test.
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
