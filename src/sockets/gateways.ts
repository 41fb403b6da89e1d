import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { GATEWAY, GATEWAY_OPTIONS, GATEWAY_PORT } from '../routes/nest-metadata.js';

/** The address of a server of gateways. */
export interface SocketAddress {
  readonly port: number;
  readonly path: unknown;
  /** A text with its slash, or what socket.io takes for dynamic namespaces: a regular expression or a function. */
  readonly namespace: unknown;
}

/** The address of a server that Nest creates with these arguments. */
export function addressOf(port: unknown, options: unknown): SocketAddress {
  const { path, namespace } = (options ?? {}) as Partial<SocketAddress>;
  return { port: Number(port) || 0, path, namespace: withSlash(namespace) };
}

/** The gateways of the application, as Nest finds them. */
export function allGateways(discovery: DiscoveryService): Type[] {
  const wrappers = discovery.getProviders().filter(({ metatype, isNotMetatype }) => metatype && !isNotMetatype);
  const classes = wrappers.map(({ metatype }) => metatype as Type);
  return [...new Set(classes)].filter((each) => Reflect.hasMetadata(GATEWAY, each));
}

/** The address of a gateway. */
export function addressOfGateway(gateway: Type): SocketAddress {
  return addressOf(Reflect.getMetadata(GATEWAY_PORT, gateway), Reflect.getMetadata(GATEWAY_OPTIONS, gateway));
}

export function isSameAddress(one: SocketAddress, other: SocketAddress): boolean {
  return one.port === other.port && one.path === other.path && one.namespace === other.namespace;
}

/** Nest adds the slash. The namespace `/` is the one of a gateway without a namespace. */
function withSlash(namespace: unknown): unknown {
  if (typeof namespace !== 'string') return namespace ?? '/';
  return namespace.startsWith('/') ? namespace : `/${namespace}`;
}
