import { types } from 'node:util';
import { MAX_DEPTH } from '../verifying/compact.js';

/** The root of a new token's JSON: its other values are nested one level deeper. */
const PAYLOAD = Object.freeze({});

/**
 * Copies an object of claims or header parameters. Only plain objects of JSON values are copied: the rest would change in
 * `JSON.stringify()`, or put more into the token than the application meant.
 *
 * @param dates the members that may be a `Date`, which becomes a NumericDate (RFC 7519 s.2)
 * @throws TypeError that names the value which is not plain JSON
 */
export function copyOfObject(value: unknown, name: string, dates: readonly string[] = []): Record<string, unknown> {
  const copier = new JsonCopier(name, [], dates);
  if (typeof value !== 'object' || value === null || (!types.isProxy(value) && Array.isArray(value))) {
    return copier.refuse(`must be an object; it is ${kindOf(value)}`);
  }
  return copier.copy(value) as Record<string, unknown>;
}

/** Copies an identity: a JSON value. @throws TypeError that names the value which is not plain JSON */
export function copyOfIdentity(value: unknown): unknown {
  return new JsonCopier('identity', [PAYLOAD]).copy(value);
}

/** Copies one value deeply. Calls no code of the application: neither `toJSON()` nor an accessor nor a Proxy. */
class JsonCopier {
  private readonly path: (string | number)[] = [];
  private readonly containers: object[];

  constructor(
    private readonly name: string,
    outer: readonly object[],
    private readonly dates: readonly string[] = [],
  ) {
    this.containers = [...outer];
  }

  copy(value: unknown): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'object') return this.isTime(value) ? this.seconds(value) : this.copyContainer(value);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.refuse(`is ${typeof value === 'number' ? String(value) : kindOf(value)}`);
  }

  refuse(problem: string): never {
    const path = this.path.map(segmentOf).join('');
    const isIdentity = this.name === 'identity';
    throw new TypeError(
      `"${this.name}${path}" of a ${isIdentity ? '' : 'new '}token ${problem}. Pass a plain object of JSON values: { … }.` +
        (isIdentity ? ' Or set the option userIdentity: (user) => String(user.id).' : ''),
    );
  }

  private copyContainer(value: object): object {
    if (types.isProxy(value)) this.refuse('is a Proxy');
    if (this.containers.includes(value)) this.refuse('contains itself');
    if (this.containers.length >= MAX_DEPTH) this.refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    this.containers.push(value);
    const copied = Array.isArray(value) ? this.copyList(value) : this.copyObject(value);
    this.containers.pop();
    return copied;
  }

  private copyList(list: readonly unknown[]): unknown[] {
    if (!isListPrototype(prototypeOf(list))) this.refuse(describeClass(list));
    // The keys are the indices and "length". JSON.stringify() drops every other member, and fills empty elements.
    if (Reflect.ownKeys(list).length !== list.length + 1)
      this.refuse('is a list with empty elements or further members');
    return Array.from(list, (_element, index) => this.copyMember(list, index));
  }

  private copyObject(object: object): Record<string, unknown> {
    if (!isObjectPrototype(prototypeOf(object)) || isRawJson(object)) this.refuse(describeClass(object));
    const members = Reflect.ownKeys(object).map((name) => [name, this.copyMember(object, name)] as const);
    // fromEntries() also copies a member named __proto__.
    return Object.fromEntries(members);
  }

  private copyMember(container: object, key: string | number | symbol): unknown {
    if (typeof key === 'symbol') return this.refuse('has a Symbol as a key');
    this.path.push(key);
    const member = Object.getOwnPropertyDescriptor(container, key);
    if (member === undefined) return this.refuse('is an empty element');
    if (!Object.hasOwn(member, 'value')) return this.refuse('is an accessor');
    if (member.enumerable !== true) this.refuse('is not enumerable');
    // An object without a member and one with an undefined member are the same JSON.
    const copied = member.value === undefined && typeof key === 'string' ? undefined : this.copy(member.value);
    this.path.pop();
    return copied;
  }

  private isTime(value: object): value is Date {
    return types.isDate(value) && this.path.length === 1 && this.dates.includes(this.path[0] as string);
  }

  private seconds(date: Date): number {
    const seconds = Math.floor(Date.prototype.getTime.call(date) / 1000);
    return Number.isNaN(seconds) ? this.refuse('is an invalid Date') : seconds;
  }
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** Whether a prototype is `Object.prototype`, of this realm or another one such as a `vm` context, or `null`. */
function isObjectPrototype(prototype: object | null): boolean {
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    !types.isProxy(prototype) &&
    prototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf') &&
    classNameOf(prototype) === 'Object'
  );
}

function isListPrototype(prototype: object | null): boolean {
  if (prototype === Array.prototype) return true;
  if (prototype === null || types.isProxy(prototype) || !Array.isArray(prototype)) return false;
  return isObjectPrototype(prototypeOf(prototype)) && classNameOf(prototype) === 'Array';
}

/** `JSON.rawJSON()` of newer Node versions returns a plain object that `JSON.stringify()` replaces by its text. */
function isRawJson(object: object): boolean {
  const { isRawJSON } = JSON as { isRawJSON?: (value: object) => boolean };
  return isRawJSON?.(object) ?? false;
}

function describeClass(value: object): string {
  if (types.isDate(value)) return 'is a Date, which only the claims exp, iat and nbf can be';
  const prototype = prototypeOf(value);
  const name = prototype === null || types.isProxy(prototype) ? '' : classNameOf(prototype);
  return `is an instance of ${name === '' ? 'a class' : name}`;
}

/** The name of the class of a prototype. Empty if that needs code of the application. */
function classNameOf(prototype: object): string {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function' || types.isProxy(constructor)) return '';
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  return typeof name === 'string' ? name : '';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : typeof value;
}

function segmentOf(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
