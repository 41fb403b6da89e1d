import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url));

/** A server under measurement. */
export class ServerProcess {
  constructor(child, name, port) {
    this.child = child;
    this.name = name;
    this.port = port;
  }

  /** Starts one, or answers why it cannot be (`skipped`; `null` where there is nothing to say). */
  static async start(id, adapter, algorithm, { signingText, verifyingText }) {
    const child = fork(SERVER);
    child.send({ id, adapter, algorithm, keys: { signingText, verifyingText } });
    const [{ name, port, skipped }] = await once(child, 'message');
    if (port !== undefined) return new ServerProcess(child, name, port);
    child.disconnect();
    return { skipped };
  }

  /** Microseconds of CPU time so far, of all its threads. */
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
