import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { WorkerMessage, WorkerSettings } from '../revocation/worker/worker-settings.js';
import { SECRET } from './forge.js';
import type { WorkerBuild } from './worker-build.js';

const NOTEWORTHY = /JwtExtendedModule\]|ExceptionsHandler|Unhandled|Warning|^\w*Error|^ {4}at /;

/** An answer of another process, and its duration. */
export interface WorkerAnswer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as everywhere in tests, the assertions are its check
  readonly body: any;
  readonly retryAfter: string | undefined;
  readonly milliseconds: number;
}

/** A Nest application with sessions, in a process of its own. */
export class WorkerProcess {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128 });
  private output = '';
  private readonly messages: WorkerMessage[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly settings: WorkerSettings,
  ) {
    child.on('message', (message) => this.messages.push(message as WorkerMessage));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Starts a process and waits until it listens. */
  static async start(build: WorkerBuild, settings: WorkerSettings): Promise<WorkerProcess> {
    const child = fork(build.main, [JSON.stringify(settings)], {
      env: { ...process.env, WORKER_SECRET: SECRET, NODE_OPTIONS: '' },
      execArgv: ['--enable-source-maps'],
      silent: true,
    });
    const worker = new WorkerProcess(child, settings);
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (worker.address === undefined) throw new Error(`The process does not start: ${worker.output}`);
    return worker;
  }

  /** The address of its server. */
  get url(): string {
    return this.address ?? '';
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The log of the library since the last call, and every unexpected line. */
  takeLog(): string[] {
    const lines = this.output.split('\n').filter((line) => NOTEWORTHY.test(line));
    this.output = '';
    return lines;
  }

  /** Sends a request, with a refresh or access token in the header. */
  async send(method: string, path: string, token?: string): Promise<WorkerAnswer> {
    const started = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      request(`${this.address}${path}`, { method, headers, agent: this.agent }, resolve).on('error', reject).end();
    });
    const text = (await response.setEncoding('utf8').toArray()).join('');
    return {
      status: response.statusCode ?? 0,
      body: JSON.parse(text),
      retryAfter: response.headers['retry-after'],
      milliseconds: performance.now() - started,
    };
  }

  /** The tokens of the last rotation before the process killed itself. */
  async lastRotation() {
    if (this.isAlive) await once(this.child, 'exit');
    return this.messages.flatMap((message) => ('rotated' in message ? [message.rotated] : [])).at(-1);
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    if (!this.isAlive) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  private get address(): string | undefined {
    return this.messages.flatMap((message) => ('url' in message ? [message.url] : []))[0];
  }
}
