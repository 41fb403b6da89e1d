/** A value of a Flask configuration: a Python value, or text from the environment. */
export type FlaskValue = unknown;

const WORDS = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Reads text like Flask's `from_prefixed_env()`. `None` means that the setting is not set. */
export function parsed(value: FlaskValue): unknown {
  const read = typeof value === 'string' ? fromText(value) : value;
  return read ?? undefined;
}

function fromText(value: string): unknown {
  if (WORDS.has(value)) return WORDS.get(value);
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A text stays a text, even if it looks like a number. */
export function text(value: FlaskValue): unknown {
  const read = parsed(value);
  return typeof value === 'string' && read !== undefined && typeof read !== 'string' ? value : read;
}

export function textOrEmpty(value: FlaskValue): unknown {
  const unset = value === null || (typeof value === 'string' && fromText(value) === null);
  return unset ? '' : text(value);
}

export function filledText(value: FlaskValue): unknown {
  return text(value) === '' ? undefined : text(value);
}

/** Of a key only the JSON quotes are removed, because a secret can look like any value. */
export function key(value: FlaskValue): unknown {
  if (value === '' || value === null) return undefined;
  return text(value);
}

export function flag(value: FlaskValue, name: string): unknown {
  const read = parsed(value);
  if (read === undefined || typeof read === 'boolean') return read;
  if (read === 0 || read === 1) return read === 1;
  throw new TypeError(`optionsFromFlaskConfig: ${name} must be True or False.`);
}

export function lifetime(value: FlaskValue, name: string): unknown {
  const read = parsed(value);
  if (read === true) throw new TypeError(`optionsFromFlaskConfig: ${name} must be a duration, or False for never.`);
  return read;
}

export function list(value: FlaskValue): unknown {
  const read = textOrList(value);
  return typeof read === 'string' ? read.split(',').map((item) => item.trim()) : read;
}

/** A list; an empty one means the default. */
export function filledList(value: FlaskValue): unknown {
  const read = list(value);
  return Array.isArray(read) && (read.length === 0 || read.join('') === '') ? undefined : read;
}

/** One text, or several: a list, or a text with commas. */
export function textOrList(value: FlaskValue): unknown {
  const read = parsed(value);
  if (Array.isArray(read) || read === undefined) return read;
  if (read instanceof Set) return [...(read as Set<unknown>)];
  const single = text(value);
  if (typeof single !== 'string' || !single.includes(',')) return single;
  return single.split(',').map((item) => item.trim());
}

/** `Lax`, `Strict` and the text `None` are values of the attribute. Without a value there is no attribute. */
export function sameSite(value: FlaskValue): unknown {
  const read = value === 'None' ? value : text(value);
  return typeof read === 'string' && read !== '' ? read.toLowerCase() : false;
}
