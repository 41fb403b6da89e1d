import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy between a client and a server on the loopback, which can simulate faults of a network. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.accept(client));
  private swallows = false;
  private delay = () => 0;
  private deafening: RegExp | null = null;

  private constructor(private readonly target: number) {}

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

  /** From now on the proxy drops all data. It accepts new connections and closes none. */
  swallow(): void {
    this.swallows = true;
  }

  /** From now on the proxy forwards new connections. Connections that have lost data never get answers. */
  forward(): void {
    this.swallows = false;
  }

  /** From now on the proxy drops the answers of a connection whose client has sent such a text. `null` ends this. */
  loseAnswerTo(text: RegExp | null): void {
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
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    let isDeaf = false;
    let last = Promise.resolve();
    client.on('data', (data) => {
      isDeaf ||= this.swallows;
      if (isDeaf) return;
      server.write(data);
      isDeaf = this.deafening?.test(data.toString('latin1')) ?? false;
    });
    server.on('data', (data) => {
      isDeaf ||= this.swallows;
      const held = new Promise((resolve) => setTimeout(resolve, this.delay()));
      last = last.then(() => held).then(() => void (isDeaf || client.write(data)));
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        if (!isDeaf) other.destroy();
      });
    }
  }
}
