import { RevocationUnavailableException } from '../errors/exceptions.js';
import type { SessionRecord } from './revocation-store.js';

/**
 * A session whose text is parsed when a field is read. The guard reads only `sid` for an access token, and parsing is a
 * fifth of the cost of a look-up.
 */
export class UnreadSession implements SessionRecord {
  #record: SessionRecord | null = null;
  readonly #parse: () => SessionRecord;

  /** @param parse Parses the text. If it throws, every field but `sid` throws a `RevocationUnavailableException`. */
  constructor(
    readonly sid: string,
    parse: () => SessionRecord,
  ) {
    this.#parse = parse;
  }

  get currentId(): string {
    return this.read().currentId;
  }

  get parentId(): string | null {
    return this.read().parentId;
  }

  get rotatedAt(): number | null {
    return this.read().rotatedAt;
  }

  get issuedAt(): number {
    return this.read().issuedAt;
  }

  get refreshExpires(): number | null {
    return this.read().refreshExpires;
  }

  get csrf(): string | null {
    return this.read().csrf;
  }

  get openedAt(): number {
    return this.read().openedAt;
  }

  get lastUsedAt(): number {
    return this.read().lastUsedAt;
  }

  get expiresAt(): number | null {
    return this.read().expiresAt;
  }

  get device(): string | null {
    return this.read().device;
  }

  toJSON(): SessionRecord {
    return this.read();
  }

  private read(): SessionRecord {
    try {
      return (this.#record ??= this.#parse());
    } catch (cause) {
      throw new RevocationUnavailableException(undefined, { cause });
    }
  }
}
