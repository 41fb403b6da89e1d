import type { JwtContext } from '../types/jwt-context.js';
import type { DueItem } from './due-heap.js';
import type { LiveConnection } from './live-connection.js';

/** A registered connection. It is due when its token expires. There can be thousands, so it has no closures and no timer. */
export class OpenConnection implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
  /** The next connection of the same client. */
  next: OpenConnection | null = null;
  readonly openedAt = Date.now();

  constructor(
    readonly connection: LiveConnection,
    public context: JwtContext,
    public subject: string,
    public sid: string | null,
  ) {}
}
