import type { CurrentCall } from './current-call.js';

/** The methods of `ClsService` of nestjs-cls that are used. The library does not import the package. */
export interface ClsStore {
  isActive(): boolean;
  get(key: symbol): unknown;
  set(key: symbol, value: unknown): void;
  run<T>(options: { ifNested: 'inherit' }, work: () => T): T;
}

/** A symbol, because the keys of the application are texts: it must not find a value there by chance. */
const KEY = Symbol.for('nestjs-jwt-extended.current-call');

const METHODS = ['isActive', 'get', 'set', 'run'] as const satisfies (keyof ClsStore)[];

/** Whether a provider is the `ClsService` of nestjs-cls. */
export function isClsStore(token: unknown, instance: unknown): instance is ClsStore {
  if (typeof token !== 'function' || token.name !== 'ClsService') return false;
  const store = Object(instance) as Partial<ClsStore>;
  return METHODS.every((method) => typeof store[method] === 'function');
}

/** The call in the store of nestjs-cls, where code has such a store and one module has written to it. */
export function callInCls(cls: ClsStore | null, owner: object): CurrentCall | undefined {
  const call = cls?.isActive() === true ? (cls.get(KEY) as CurrentCall | undefined) : undefined;
  return call?.owner === owner ? call : undefined;
}

/** Writes a call to the store of nestjs-cls, where code has one. */
export function writeToCls(cls: ClsStore | null, call: CurrentCall): void {
  if (cls?.isActive() === true) cls.set(KEY, call);
}

/** Runs work with a call in a copy of the store of nestjs-cls. */
export function runInCls<T>(cls: ClsStore | null, call: CurrentCall, work: () => T): T {
  if (cls?.isActive() !== true) return work();
  return cls.run({ ifNested: 'inherit' }, () => {
    cls.set(KEY, call);
    return work();
  });
}
