/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function has(value: unknown, ...names: string[]): value is JsonObject {
  return isObject(value) && names.every((name) => Object.hasOwn(value, name));
}

/** The same object with every value changed. Members such as `__proto__` remain plain members. */
export function mapValues(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

/** Every string of a document, including the names of members. */
export function stringsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') found.add(value);
  if (Array.isArray(value)) for (const item of value) stringsIn(item, found);
  if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) stringsIn(item, found.add(name));
  }
  return found;
}

/** The value at a path like `items.0.name`, or `undefined`. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (Array.isArray(value)) return (value as unknown[])[Number(name)];
    return has(value, name) ? value[name] : undefined;
  }, document);
}
