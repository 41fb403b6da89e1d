import type { ApplicationConfig } from '@nestjs/core';

/** The global interceptors of an application: instances, and the classes of those that each request creates. */
export function globalInterceptorsOf(application: ApplicationConfig | undefined): unknown[] {
  const scoped = application?.getGlobalRequestInterceptors().map(({ metatype }) => metatype) ?? [];
  return [...(application?.getGlobalInterceptors() ?? []), ...scoped];
}
