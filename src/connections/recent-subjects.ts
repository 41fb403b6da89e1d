import { performance } from 'node:perf_hooks';

/** For how long a subject counts as recent, in milliseconds: longer than the checks of a handshake take. */
const RECENT = 10_000;

/** The subjects that were added a short time ago. It has no timer: each call removes the old ones. */
export class RecentSubjects {
  /** The oldest first. */
  private readonly addedAt = new Map<string, number>();

  add(subject: string): void {
    this.sweep();
    this.addedAt.delete(subject);
    this.addedAt.set(subject, performance.now());
  }

  has(subject: string): boolean {
    this.sweep();
    return this.addedAt.has(subject);
  }

  private sweep(): void {
    const oldest = performance.now() - RECENT;
    for (const [subject, addedAt] of this.addedAt) {
      if (addedAt > oldest) return;
      this.addedAt.delete(subject);
    }
  }
}
