import type { TokenPair } from 'nestjs-jwt-extended';
import { until } from '../../support/until.js';
import type { WorkerProcess } from '../../support/worker-process.js';

/** Sends look-ups to a process at a constant rate, whether they are answered or not. */
export class Load {
  private readonly timer: NodeJS.Timeout;
  private readonly open = new Set<Promise<void>>();
  /** The status of the last answer. Answers after a time limit of the process arrive out of order. */
  private latest = 0;
  private sent = 0;
  private answered = 0;

  constructor(
    private readonly worker: WorkerProcess,
    { accessToken }: TokenPair,
    perSecond: number,
  ) {
    this.timer = setInterval(() => this.send(accessToken), 1_000 / perSecond);
  }

  /** Waits until a request that is sent from now on is served. */
  async untilServed(within: number): Promise<void> {
    const { sent } = this;
    await until(() => this.answered > sent && this.latest < 300, 2 * within);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  private send(token: string): void {
    const number = ++this.sent;
    const record = (status: number) => {
      if (number < this.answered) return;
      this.answered = number;
      this.latest = status;
    };
    // The process ends with the test, also if the test has failed.
    const request = this.worker.send('GET', '/me', token).then(
      ({ status }) => record(status),
      () => record(503),
    );
    this.open.add(request);
    void request.then(() => this.open.delete(request));
  }
}
