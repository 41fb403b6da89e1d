import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { ADAPTERS, type AdapterName } from './adapters.js';
import { jwtModule, type JwtAppSetup } from './jwt-app.js';

export type SocketKind = 'socket.io' | 'ws';
export const SOCKET_KINDS = ['socket.io', 'ws'] as const satisfies SocketKind[];

/** Each kind of socket on each HTTP server. */
export const SOCKET_SERVERS = SOCKET_KINDS.flatMap((kind) => ADAPTERS.map((adapter) => [kind, adapter] as const));

/** An application with gateways. */
export interface SocketAppSetup extends Omit<JwtAppSetup, 'prepare' | 'customise'> {
  customise?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
  /** By default the adapter of the kind of socket. */
  useAdapter?: (app: INestApplication) => void;
}

/** What a client sends with its handshake. */
export interface Dialing {
  /** The token of `auth` of socket.io; for `ws` the token of the header. */
  readonly token?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Subprotocols of `ws`. */
  readonly protocols?: string[];
  /** A namespace of socket.io, or a path of `ws`. */
  readonly path?: string;
  /** The transports of socket.io. */
  readonly transports?: ('polling' | 'websocket')[];
  readonly port?: number;
}

/** A message from the server. */
export interface Received {
  readonly event: string;
  readonly data: unknown;
}

/** The refusal of a handshake: `connect_error` of socket.io, or the HTTP answer of `ws`. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly data: unknown,
    readonly status: number | null = null,
    readonly headers: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  get code(): unknown {
    return (this.data as { code?: unknown } | undefined)?.code;
  }
}

/** A connected client. */
export interface TestSocket {
  readonly received: Received[];
  /** Resolves when the connection has ended: with the close code and the reason. */
  readonly ended: Promise<{ code: number | null; reason: string }>;
  /** The selected subprotocol of `ws`. */
  readonly protocol: string;
  send(event: string, data?: unknown): void;
  /** Sends a message and waits for its answer or exception. */
  ask(event: string, data?: unknown): Promise<Received>;
  close(): void;
}

/** A running application, and its clients. */
export class SocketApp {
  private readonly clients: TestSocket[] = [];

  private constructor(
    readonly kind: SocketKind,
    readonly nest: INestApplication,
    readonly url: string,
  ) {}

  static async start(
    kind: SocketKind,
    { options, imports = [], customise = (builder) => builder, useAdapter, ...rest }: SocketAppSetup,
    server: AdapterName = 'express',
  ): Promise<SocketApp> {
    const metadata: ModuleMetadata = { ...rest, imports: [jwtModule(options), ...imports] };
    const module = await customise(Test.createTestingModule(metadata)).compile();
    const http = server === 'express' ? new ExpressAdapter() : new FastifyAdapter();
    const app = module.createNestApplication(http as ExpressAdapter, { logger: false });
    if (useAdapter !== undefined) useAdapter(app);
    else app.useWebSocketAdapter(kind === 'ws' ? new WsAdapter(app) : new IoAdapter(app));
    try {
      await app.listen(0, '127.0.0.1');
    } catch (error) {
      await app.close();
      throw error;
    }
    return new SocketApp(kind, app, await app.getUrl());
  }

  /** Connects a client. Rejects with a `Refused` if the handshake is refused. */
  async connect(dialing: Dialing = {}): Promise<TestSocket> {
    const url = new URL(this.url);
    if (dialing.port !== undefined) url.port = String(dialing.port);
    const client = await (this.kind === 'ws' ? connectWs(url, dialing) : connectIo(url, dialing));
    this.clients.push(client);
    return client;
  }

  /** The refusal of a handshake. Fails if it is accepted. */
  async refusalOf(dialing: Dialing = {}): Promise<Refused> {
    try {
      await this.connect(dialing);
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
    throw new Error('The handshake was accepted');
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.nest.close();
  }
}

/** Runs some work with an application of its own. */
export async function withSockets(
  kind: SocketKind,
  setup: SocketAppSetup,
  work: (app: SocketApp) => Promise<void>,
  server?: AdapterName,
): Promise<void> {
  const app = await SocketApp.start(kind, setup, server);
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}

async function connectWs(url: URL, { token, headers = {}, query = {}, protocols = [], path = '/' }: Dialing) {
  url.protocol = 'ws:';
  url.pathname = path;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${String(token)}` };
  const socket = new WebSocket(url, protocols, { headers: { ...authorization, ...headers } });
  const received: Received[] = [];
  const waiting: ((message: Received) => void)[] = [];
  socket.on('message', (text: Buffer) => take(JSON.parse(text.toString()) as Received, received, waiting));
  const ended = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => {
        const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
        reject(new Refused(text, isJson ? JSON.parse(text) : text, response.statusCode, response.headers));
      });
    });
  });
  return clientOf(received, waiting, {
    ended,
    protocol: socket.protocol,
    send: (event, data) => socket.send(JSON.stringify({ event, data })),
    close: () => socket.close(),
  });
}

async function connectIo(url: URL, { token, headers = {}, query = {}, path = '/', transports }: Dialing) {
  const socket: Socket = io(`${url.origin}${path}`, {
    forceNew: true,
    reconnection: false,
    transports: transports ?? ['websocket'],
    extraHeaders: { ...headers },
    query: { ...query },
    ...(token !== undefined && { auth: { token } }),
  });
  const received: Received[] = [];
  const waiting: ((message: Received) => void)[] = [];
  socket.onAny((event: string, data: unknown) => take({ event, data }, received, waiting));
  const ended = new Promise<{ code: null; reason: string }>((resolve) =>
    socket.once('disconnect', (reason) => resolve({ code: null, reason })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      socket.disconnect();
      reject(new Refused(error.message, error.data));
    });
  });
  return clientOf(received, waiting, {
    ended,
    protocol: '',
    send: (event, data) => void socket.emit(event, data),
    close: () => void socket.disconnect(),
  });
}

type Waiting = ((message: Received) => void)[];

function take(message: Received, received: Received[], waiting: Waiting): void {
  received.push(message);
  waiting.shift()?.(message);
}

function clientOf(received: Received[], waiting: Waiting, client: Omit<TestSocket, 'received' | 'ask'>): TestSocket {
  return {
    ...client,
    received,
    ask(event, data) {
      const answer = new Promise<Received>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`No answer to ${event}`)), 10_000);
        waiting.push((message) => {
          clearTimeout(timer);
          resolve(message);
        });
      });
      client.send(event, data);
      return answer;
    },
  };
}
