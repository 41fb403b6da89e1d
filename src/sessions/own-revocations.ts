/** What this process has revoked or changed in the store. Times are milliseconds of `performance.now()`. */
export type OwnRevocation =
  /** A session. */
  | { readonly type: 'session'; readonly subject: string; readonly sid: string }
  /** One token. */
  | { readonly type: 'token'; readonly subject: string; readonly jti: string }
  /** All that was opened before the write began, except one session. */
  | { readonly type: 'subject'; readonly subject: string; readonly except: string | null; readonly startedAt: number }
  /** A part of the subject's sessions and tokens. The store knows which. */
  | { readonly type: 'part'; readonly subject: string };

/** Notifies the live connections of this process at once. The public events name users, and not every denied token. */
export class OwnRevocations {
  private readonly listeners = new Set<(revocation: OwnRevocation) => void>();

  /** Returns a function that removes the listener. Listeners must not throw. */
  listen(listener: (revocation: OwnRevocation) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(revocation: OwnRevocation): void {
    for (const listener of this.listeners) listener(revocation);
  }
}
