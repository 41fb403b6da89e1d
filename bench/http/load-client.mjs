import { once } from 'node:events';
import { createConnection } from 'node:net';
import { performance } from 'node:perf_hooks';

const CONNECTIONS = 16;
const HEAD_END = '\r\n\r\n';

/**
 * Sends requests over open connections, one at a time on each. The client builds the requests once, as bytes, and sends
 * them in turn. So the client does little work, and the server is the bottleneck.
 */
export class LoadClient {
  constructor(port, requests, expectedStatus) {
    this.port = port;
    this.requests = requests;
    this.expectedStart = `HTTP/1.1 ${expectedStatus} `;
    this.connections = [];
    this.next = 0;
  }

  async open() {
    const sockets = Array.from({ length: CONNECTIONS }, () => createConnection(this.port, '127.0.0.1').setNoDelay());
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    this.connections = sockets.map((socket) => new Connection(socket, this.expectedStart));
  }

  close() {
    for (const { socket } of this.connections) socket.destroy();
  }

  /** Sends `count` requests. Returns the time of each and the total time, in milliseconds. */
  async send(count) {
    const latencies = new Float64Array(count);
    let sent = 0;
    const start = performance.now();
    const drive = async (connection) => {
      while (sent < count) {
        const index = sent++;
        const from = performance.now();
        await connection.exchange(this.requests[this.next++ % this.requests.length]);
        latencies[index] = performance.now() - from;
      }
    };
    const stopSpinning = spin();
    await Promise.all(this.connections.map(drive));
    stopSpinning();
    return { latencies: latencies.sort(), milliseconds: performance.now() - start };
  }
}

/**
 * Prevents this process from sleeping. The server pays for waking a sleeping client with its response. This happens more
 * often on slower routes, so they would look even slower.
 */
function spin() {
  let isOver = false;
  const turn = () => isOver || setImmediate(turn);
  turn();
  return () => {
    isOver = true;
  };
}

/** One connection, with at most one pending request. */
class Connection {
  constructor(socket, expectedStart) {
    this.socket = socket;
    this.expectedStart = expectedStart;
    this.received = '';
    this.settle = null;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.receive(text));
    socket.on('error', (error) => this.settle?.reject(error));
    socket.on('close', () => this.settle?.reject(new Error('The server has closed the connection.')));
  }

  exchange(request) {
    if (this.socket.destroyed) throw new Error('The server has closed the connection.');
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  receive(text) {
    this.received += text;
    const head = this.received.indexOf(HEAD_END);
    if (head < 0) return;
    const length = Number(/content-length: *(\d+)/i.exec(this.received)?.[1] ?? 0);
    if (this.received.length < head + HEAD_END.length + length) return;
    const { received, settle } = this;
    this.received = '';
    this.settle = null;
    if (received.startsWith(this.expectedStart)) settle.resolve();
    else settle.reject(new Error(`Expected ${this.expectedStart}but got: ${received}`));
  }
}
