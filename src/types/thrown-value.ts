/** A JWS (RFC 7515 s.7.1), which begins with the base64url of `{"`. */
const TOKEN = /\bey[\w-]{8,}\.[\w-]*(?:\.[\w-]*)*/g;

/** The longest text of a thrown value in a log, in characters. */
const LONGEST = 1000;

/** A thrown value as a text for a log, without tokens. Reading the value can run code of the application, which can throw. */
export function textOfThrown(thrown: unknown): string {
  return readText(() => String(thrown));
}

/** The message of a thrown value, as in `textOfThrown()`. */
export function messageOfThrown(thrown: unknown): string {
  return readText(() => messageIn(thrown) ?? String(thrown));
}

/** The message of the error that led to a thrown value. `null` without one. */
export function causeOfThrown(thrown: unknown): string | null {
  const text = readText(() => {
    // An inherited cause would be one of a polluted Object.prototype.
    const hasCause = typeof thrown === 'object' && thrown !== null && Object.hasOwn(thrown, 'cause');
    return hasCause ? (messageIn((thrown as { cause?: unknown }).cause) ?? '') : '';
  });
  return text === '' ? null : text;
}

function messageIn(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null) return null;
  const { message } = thrown as { message?: unknown };
  return typeof message === 'string' ? message : null;
}

function readText(read: () => string): string {
  try {
    const text = read().replace(TOKEN, '<token>');
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return 'a value that cannot be read';
  }
}
