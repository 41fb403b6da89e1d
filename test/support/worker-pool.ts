import type { TokenPair } from 'nestjs-jwt-extended';
import type { WorkerSettings } from '../revocation/worker/worker-settings.js';
import { RedisServer } from './redis-server.js';
import { WorkerBuild } from './worker-build.js';
import { WorkerProcess, type WorkerAnswer } from './worker-process.js';

/** The HTTP server and the driver of a process. */
export type Make = Pick<WorkerSettings, 'adapter' | 'driver'>;

/** Each HTTP server with each driver. */
export const FOUR_MAKES: readonly Make[] = [
  { adapter: 'express', driver: 'redis' },
  { adapter: 'fastify', driver: 'ioredis' },
  { adapter: 'express', driver: 'ioredis' },
  { adapter: 'fastify', driver: 'redis' },
];

/** Both drivers, each with another HTTP server. */
export const TWO_MAKES: readonly Make[] = FOUR_MAKES.slice(0, 2);

/** A server that stores the sessions of the processes. */
export interface StoreServer {
  readonly port: number;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Processes of one application with one server. */
export class WorkerPool<Server extends StoreServer = RedisServer> {
  readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly server: Server,
    private readonly build: WorkerBuild,
    private readonly settings: Partial<WorkerSettings>,
  ) {}

  static async start(
    makes: readonly Make[],
    settings: Partial<WorkerSettings> = {},
    redisArguments: readonly string[] = [],
  ): Promise<WorkerPool> {
    return WorkerPool.startOn(await RedisServer.start(...redisArguments), makes, settings);
  }

  /** Starts the processes with a running server, which stops with the pool. */
  static async startOn<Server extends StoreServer>(
    server: Server,
    makes: readonly Make[],
    settings: Partial<WorkerSettings> = {},
  ): Promise<WorkerPool<Server>> {
    const pool = new WorkerPool(server, await WorkerBuild.make(), settings);
    try {
      await pool.startFurther(makes);
    } catch (error) {
      await pool.stop();
      throw error;
    }
    return pool;
  }

  async startFurther(makes: readonly Make[], own: Partial<WorkerSettings> = {}): Promise<WorkerProcess[]> {
    const { build, settings, server } = this;
    const starting = await Promise.allSettled(
      makes.map((make) => WorkerProcess.start(build, { storePort: server.port, ...settings, ...own, ...make })),
    );
    const further = starting.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    this.workers.push(...further);
    for (const start of starting) if (start.status === 'rejected') throw start.reason;
    return further;
  }

  /** The process with this index. After the last process comes the first one again. */
  worker(index: number): WorkerProcess {
    return this.workers[index % this.workers.length] as WorkerProcess;
  }

  async logIn(user: string): Promise<TokenPair> {
    const answer = await this.worker(0).send('POST', `/login?user=${user}`);
    if (answer.status !== 201) throw new Error(`No log-in: ${answer.status}`);
    return answer.body as TokenPair;
  }

  /** Refreshes on one of the processes. Throws if the process refuses it. */
  async refresh({ refreshToken }: TokenPair, index = 0): Promise<TokenPair> {
    const answer = await this.worker(index).send('POST', '/refresh', refreshToken);
    if (answer.status !== 201) throw new Error(`No refresh: ${answer.status}`);
    return answer.body as TokenPair;
  }

  /** Sends the same request to all processes at the same time. */
  sendToAll(method: string, path: string, token?: string): Promise<WorkerAnswer[]> {
    return Promise.all(this.workers.map((worker) => worker.send(method, path, token)));
  }

  /** The different statuses with which all processes answer all tokens of a session. */
  async statusesOf(pairs: readonly TokenPair[]): Promise<number[]> {
    const answers = await Promise.all(
      pairs.flatMap(({ accessToken, refreshToken }) => [
        this.sendToAll('GET', '/me', accessToken),
        this.sendToAll('POST', '/refresh', refreshToken),
      ]),
    );
    return [...new Set(answers.flat().map(({ status }) => status))];
  }

  /** The lines in the logs of the processes since its last call. */
  takeLogs(): string[] {
    return this.workers.flatMap((worker) => worker.takeLog());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers.map((worker) => worker.stop()), this.server.stop()]);
    this.build.remove();
  }
}
