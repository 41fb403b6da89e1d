import { RequestMethod, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { HOST, METHOD, MODULE_PATH, PATH, VERSION } from '../routes/nest-metadata.js';
import type { DeclaredHandler } from './handlers.js';

/** A method and a path under which Nest serves a handler. */
export interface HttpRoute {
  /** In upper case; `ALL` for every method. */
  readonly method: string;
  /** With the global prefix, the path of the module and the version of the URI. */
  readonly path: string;
  /** The same without the global prefix. */
  readonly pathInPrefix: string;
  /** `null` without versioning. */
  readonly version: string | null;
  /** The host of the controller. */
  readonly host: string | null;
}

type Version = string | symbol | undefined;
type PathMetadata = Parameters<RoutePathFactory['create']>[0];

/** Finds the routes of handlers with the code by which Nest finds them. */
export class HttpRoutes {
  private readonly paths: RoutePathFactory;

  constructor(
    private readonly application: ApplicationConfig,
    private readonly modules: ModulesContainer,
  ) {
    this.paths = new RoutePathFactory(application);
  }

  /** The routes of a handler. Empty if Nest does not serve it over HTTP. */
  of({ host, method }: DeclaredHandler): HttpRoute[] {
    const number = Reflect.getMetadata(METHOD, method) as RequestMethod | undefined;
    const isServed = host.role === 'controller' && Reflect.hasMetadata(PATH, method);
    if (!isServed || number === undefined) return [];
    const shared = { method: RequestMethod[number], host: textOfHost(Reflect.getMetadata(HOST, host.controller)) };
    return this.versionsOf(host.controller, method).flatMap((version) => {
      const metadata = this.metadataOf(host.controller, host.module, method, version);
      const globalPrefix = leadingSlash(this.application.getGlobalPrefix());
      const bare = this.paths.create({ ...metadata, globalPrefix: '' }, number);
      const full = this.paths.create({ ...metadata, globalPrefix }, number);
      return full.map((path, index) => ({
        ...shared,
        path,
        pathInPrefix: bare[index] as string,
        version: version === undefined ? null : textOfVersion(version),
      }));
    });
  }

  private versionsOf(controller: Type, method: object): Version[] {
    const versioning = this.application.getVersioning();
    if (versioning === undefined) return [undefined];
    const ofController: unknown = Reflect.getMetadata(VERSION, controller) ?? versioning.defaultVersion;
    const version: unknown = Reflect.getMetadata(VERSION, method) || ofController;
    return Array.isArray(version) ? (version as Version[]) : [version as Version];
  }

  private metadataOf(controller: Type, module: Type, method: object, version: Version): PathMetadata {
    const versioningOptions = this.application.getVersioning();
    const modulePath: unknown =
      Reflect.getMetadata(MODULE_PATH + this.modules.applicationId, module) ?? Reflect.getMetadata(MODULE_PATH, module);
    return {
      ctrlPath: Reflect.getMetadata(PATH, controller) as string,
      methodPath: Reflect.getMetadata(PATH, method) as string,
      modulePath: modulePath as string | undefined,
      methodVersion: version,
      versioningOptions,
    } as PathMetadata;
  }
}

function leadingSlash(prefix: string): string {
  return prefix === '' || prefix.startsWith('/') ? prefix : `/${prefix}`;
}

function textOfVersion(version: string | symbol): string {
  return version === VERSION_NEUTRAL ? 'neutral' : String(version);
}

function textOfHost(host: unknown): string | null {
  if (host === undefined) return null;
  return (Array.isArray(host) ? host : [host]).map(String).join(', ');
}
