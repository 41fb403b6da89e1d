/** A client of `ws` or socket.io. */
interface SocketClient {
  /** Only a client of `ws` has a number here. */
  readonly readyState?: unknown;
  send?(text: string): void;
  emit?(event: string, body: unknown): void;
}

/**
 * Sends the event `exception`, as Nest 12 does. On Nest 11 its own filter only calls `emit()`, which sends nothing to a client of
 * `ws`.
 */
export function sendException(socket: unknown, body: unknown): void {
  const client = socket as SocketClient;
  if (typeof client.readyState === 'number' && typeof client.send === 'function') {
    client.send(JSON.stringify({ event: 'exception', data: body }));
  } else client.emit?.('exception', body);
}
