import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url));

/** A server in its own process. */
export class ServerProcess {
  constructor(child, name, port) {
    this.child = child;
    this.name = name;
    this.port = port;
  }

  /** Starts a server, or returns the reason why it cannot start (`skipped`). `null` means that it does not apply here. */
  static async start(id, adapter, algorithm, { signingText, verifyingText }) {
    const child = fork(SERVER);
    child.send({ id, adapter, algorithm, keys: { signingText, verifyingText } });
    const [{ name, port, skipped }] = await once(child, 'message');
    if (port !== undefined) return new ServerProcess(child, name, port);
    child.disconnect();
    return { skipped };
  }

  /** The CPU time of all its threads so far, in microseconds. */
  async cpuTime() {
    this.child.send('cpu');
    const [{ user, system }] = await once(this.child, 'message');
    return user + system;
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
