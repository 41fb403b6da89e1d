import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

// A watch sends itself a message at its start, since a server does not tell whether a message reaches anyone.

/** How long the message may take, in milliseconds. */
const PATIENCE = 5_000;

/** The beginning of these messages. No hash of a subject begins with it. */
const START = '!';

/** A message by which a watch tests its connection. */
export function newTestMessage(): string {
  return START + randomBytes(9).toString('base64url');
}

/** Whether a message is a test by this process or by another one. */
export function isTestMessage(message: string): boolean {
  return message.startsWith(START);
}

/** Waits for a message that was sent. @throws Error with this text if it does not arrive. */
export async function arrival(arrived: Promise<void>, problem: string): Promise<void> {
  const waiting = new AbortController();
  const tooLate = setTimeout(PATIENCE, undefined, { ref: false, signal: waiting.signal }).then(() => {
    throw new Error(problem);
  });
  try {
    await Promise.race([arrived, tooLate]);
  } finally {
    waiting.abort();
  }
}
