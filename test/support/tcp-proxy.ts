import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The connection of a client and the connection to the server for it. */
interface Link {
  /** Both ends stay open, but all data is dropped. */
  isDeaf: boolean;
  /** The beginning of what the client has sent. */
  sent: string;
}

/** How much of a connection is recorded, in characters: the commands that a client begins with. */
const RECORDED = 4_096;

/** A proxy between a client and a server on the loopback, which can simulate faults of a network. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly links = new Set<Link>();
  private readonly server = createServer((client) => this.link(client));
  private swallows = false;
  private refusedPort = 0;
  private delay = () => 0;
  private deafening: Pick<RegExp, 'test'> | null = null;

  private constructor(private target: number) {}

  /** Starts a proxy for a port. */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.links.size;
  }

  /** From now on the proxy drops all data. It accepts new connections and closes none. No open connection gets an answer again. */
  swallow(): void {
    this.swallows = true;
    for (const link of this.links) link.isDeaf = true;
  }

  /** From now on the proxy drops the data of each open connection that began with such a text. Returns how many these are. */
  swallowOpen(sent: Pick<RegExp, 'test'>): number {
    const links = [...this.links].filter((link) => !link.isDeaf && sent.test(link.sent));
    for (const link of links) link.isDeaf = true;
    return links.length;
  }

  /** From now on the proxy forwards new connections. Connections that have lost data never get answers. */
  forward(): void {
    this.swallows = false;
  }

  /** From now on the system refuses connections. Those that are open end with a reset. */
  async refuse(): Promise<void> {
    const { port } = this;
    this.refusedPort = port;
    const closed = once(this.server, 'close');
    this.server.close();
    this.reset();
    await closed;
  }

  /** Accepts connections again, on the same port. */
  async accept(): Promise<void> {
    this.server.listen(this.refusedPort, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** From now on new connections lead to another port. Those that are open end with a reset. */
  redirect(target: number): void {
    this.target = target;
    this.reset();
  }

  /** Ends every connection as a server does that shuts down. */
  endConnections(): void {
    for (const socket of this.sockets) socket.end();
  }

  /** From now on the proxy drops the answers of a connection whose client has sent such a text. `null` ends this. */
  loseAnswerTo(text: Pick<RegExp, 'test'> | null): void {
    this.deafening = text;
  }

  /** Resets every connection. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Delays each part of an answer by so many milliseconds, in the same order. */
  delayAnswers(delay: () => number): void {
    this.delay = delay;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private link(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    const link: Link = { isDeaf: false, sent: '' };
    this.links.add(link);
    let last = Promise.resolve();
    client.on('data', (data) => {
      link.isDeaf ||= this.swallows;
      if (link.isDeaf) return;
      if (link.sent.length < RECORDED) link.sent += data.toString('latin1');
      server.write(data);
      link.isDeaf = this.deafening?.test(data.toString('latin1')) ?? false;
    });
    server.on('data', (data) => {
      link.isDeaf ||= this.swallows;
      const held = new Promise((resolve) => setTimeout(resolve, this.delay()));
      last = last.then(() => held).then(() => void (link.isDeaf || client.write(data)));
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.links.delete(link);
        if (!link.isDeaf) other.destroy();
      });
    }
  }
}
