/** A time to wait, which `end()` ends early. It keeps the process alive, since a caller can wait for it. */
export class Pause {
  readonly over: Promise<void>;
  private finish!: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.over = new Promise((resolve) => (this.finish = resolve));
    this.timer = setTimeout(this.finish, milliseconds);
  }

  end(): void {
    clearTimeout(this.timer);
    this.finish();
  }
}
