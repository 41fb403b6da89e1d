import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

/** What Nest uses a class for. It calls only controllers for requests, and only providers for sockets and GraphQL. */
export type HostRole = 'controller' | 'provider';

/** A class that Nest may call, and its instance. `null` if each request has its own instance. */
export interface Host {
  readonly controller: Type;
  readonly instance: object | null;
  readonly role: HostRole;
  /** The class of the module that declares it. `RouterModule` and guards belong to a module. */
  readonly module: Type;
}

/** All controllers and providers of an application that are instances of a class. */
export function hostsOf(modules: ModulesContainer): Host[] {
  const all = [...modules.values()];
  return [
    ...all.flatMap((module) => hostsIn(module, module.controllers, 'controller')),
    ...all.flatMap((module) => hostsIn(module, module.providers, 'provider')),
  ];
}

function hostsIn(module: NestModule, wrappers: NestModule['providers'], role: HostRole): Host[] {
  return [...wrappers.values()].flatMap((wrapper) => {
    const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : null;
    const made = typeof instance === 'object' && instance !== null ? instance : null;
    const controller: unknown = isClass(wrapper.metatype) ? wrapper.metatype : made?.constructor;
    return isClass(controller) ? [{ controller, instance: made, role, module: module.metatype }] : [];
  });
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object';
}
