import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(kill));

/** A command, with its arguments and its environment. */
interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A server process with a folder of its own, on a port of the loopback. */
export class OwnServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts a server, and waits until it accepts connections. */
  static async start(port: number, commandIn: (folder: string) => Command): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), 'server-'));
    const { command, args, env = {} } = commandIn(folder);
    // In a group of its own, because RabbitMQ starts further processes.
    const server = spawn(command, args, {
      cwd: folder,
      detached: true,
      env: { ...process.env, ...env },
      stdio: 'pipe',
    });
    let output = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-5_000)));
    running.add(server);
    for (let attempt = 0; !(await accepts(port)); attempt++) {
      if (attempt === 1_200 || server.exitCode !== null) throw new Error(`${command} does not start\n${output}`);
      await sleep(50);
    }
    return new OwnServer(server, folder);
  }

  /** Ends the server and removes its folder. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, 'exit');
      kill(this.process);
      await exited;
    }
    running.delete(this.process);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
