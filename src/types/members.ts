/**
 * The value of a member of an object: its own, or one that it inherits from its class. A member of `Object.prototype` does not
 * count: a flaw in another library can add one there ("prototype pollution"), and it would be an option of every call.
 */
export function memberOf(object: object, name: string): unknown {
  return isMember(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** Whether an object or its class has a member, also an undefined one. */
export function isMember(object: object, name: string): boolean {
  for (let link: object | null = object; link !== null && !isRoot(link); link = prototypeOf(link)) {
    if (Object.hasOwn(link, name)) return true;
  }
  return false;
}

/** A copy with those of these members that the object has. It inherits nothing. */
export function membersOf<Members extends object, Name extends keyof Members & string>(
  object: Members,
  names: readonly Name[],
): Pick<Members, Name> {
  const members = Object.create(null) as Record<string, unknown>;
  for (const name of names) if (isMember(object, name)) members[name] = object[name];
  return members as Pick<Members, Name>;
}

/** Which kind of a union an object is. `in` would also find a member of `Object.prototype`. */
export function hasMember<Value extends object, Name extends string>(
  object: Value,
  name: Name,
): object is Extract<Value, Readonly<Record<Name, unknown>>> {
  return Object.hasOwn(object, name);
}

/** Whether an object is `Object.prototype`, of this realm or another one such as a `vm` context. */
function isRoot(object: object): boolean {
  return object === Object.prototype || (Object.hasOwn(object, 'isPrototypeOf') && prototypeOf(object) === null);
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}
