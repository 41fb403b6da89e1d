/** The deepest nesting of data. Claims cannot be nested deeper, and an object that contains itself ends here. */
const MAX_DEPTH = 64;

/** A deep copy of data from JSON that can be changed: some schema libraries change their copy of a frozen object, and fail. */
export function unfrozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unfrozenCopy);
  // It defines a member with the name __proto__ like every other one.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unfrozenCopy(member)]));
}

/** Freezes data deeply. Returns `false` if a part of it is no data: an object with a class can change itself. */
export function isFrozenData(value: unknown, depthLeft = MAX_DEPTH): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depthLeft === 0 || !isPlain(value)) return false;
  const members = Object.getOwnPropertyDescriptors(value);
  for (const member of Object.values(members)) {
    // An accessor can return another value each time.
    if (!Object.hasOwn(member, 'value') || !isFrozenData(member.value, depthLeft - 1)) return false;
  }
  Object.freeze(value);
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
}
