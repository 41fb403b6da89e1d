/** What a subscription of GraphQL returns: the events, one after the other. */
export type EventIterator = AsyncIterableIterator<unknown>;

/**
 * The events of a subscription, until `end()`. Then the waiting call of `next()` rejects with the error, and the source is
 * closed: it can wait for its next event for hours.
 */
export class EndingIterator implements EventIterator {
  private readonly source: AsyncIterator<unknown>;
  private failure: { readonly error: Error } | null = null;
  private isDone = false;
  private rejectWaiting: ((error: Error) => void) | null = null;

  /** `onDone` is called once, when the subscription is over for any reason. */
  constructor(
    source: AsyncIterable<unknown>,
    private readonly onDone: () => void,
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Ends the subscription with an error. */
  end(error: Error): void {
    if (this.isDone) return;
    this.finish();
    if (this.rejectWaiting === null) this.failure = { error };
    else this.rejectWaiting(error);
    this.rejectWaiting = null;
    // Not awaited: an async generator returns only after its next event. The client has its answer.
    this.closeSource().catch(() => undefined);
  }

  next(): Promise<IteratorResult<unknown>> {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) return Promise.reject(failure.error);
    if (this.isDone) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.rejectWaiting = reject;
      this.pull().then(
        (result) => {
          if (result.done === true) this.finish();
          resolve(result);
        },
        (error: Error) => {
          this.finish();
          reject(error);
        },
      );
    });
  }

  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.finish();
    return (await this.source.return?.(value)) ?? { done: true, value };
  }

  async throw(error: unknown): Promise<IteratorResult<unknown>> {
    this.finish();
    if (this.source.throw === undefined) throw error;
    return this.source.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.onDone();
  }

  /** An iterator of the application can throw at once, or return a result that is no promise. */
  private async pull(): Promise<IteratorResult<unknown>> {
    return this.source.next();
  }

  private async closeSource(): Promise<void> {
    await this.source.return?.();
  }
}

/** Whether a resolver returned events. */
export function isEvents(value: unknown): value is AsyncIterable<unknown> {
  return typeof (Object(value) as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}
