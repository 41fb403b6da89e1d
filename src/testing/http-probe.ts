import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { VersioningType, type INestApplication } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { HttpRoute } from '../access/http-routes.js';
import type { BadRequest } from './bad-tokens.js';

/** How long an operation can take to begin its answer, in milliseconds. */
const LONGEST_WAIT = 10_000;

/** The address of the application, which starts to listen on a free port of the loopback if it does not listen. */
export async function addressOf(app: INestApplication): Promise<URL> {
  const server = app.getHttpServer() as { listening?: boolean };
  if (server.listening !== true) await app.listen(0, '127.0.0.1');
  return new URL((await app.getUrl()).replace('[::1]', 'localhost').replace('[::]', 'localhost'));
}

/** The method that a route is called with. */
export function methodOf({ method }: HttpRoute): string {
  // A handler of all methods also gets those that need a double submit value.
  return method === 'ALL' ? 'POST' : method;
}

/** Whether a request can name the version of a route. Only the application knows how with a function. */
export function isCallable(config: ApplicationConfig): boolean {
  return config.getVersioning()?.type !== VersioningType.CUSTOM;
}

/** Sends a request to a route and returns the status of its answer. The body is not read, because a stream does not end. */
export function statusOf(base: URL, route: HttpRoute, config: ApplicationConfig, bad: BadRequest): Promise<number> {
  const method = methodOf(route);
  const body = method === 'GET' || method === 'HEAD' ? '' : JSON.stringify(bad.body);
  const length = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const host = route.host === null || /[:*^\\]/.test(route.host) ? {} : { host: route.host.split(', ')[0] ?? '' };
  const options: RequestOptions = {
    method,
    headers: { ...length, ...host, ...versionOf(route, config), ...bad.headers },
    timeout: LONGEST_WAIT,
    // The certificate of a server under test is mostly its own.
    ...(base.protocol === 'https:' && { rejectUnauthorized: false }),
  };
  const url = new URL(pathOf(route) + bad.query, base);
  return new Promise((resolve, reject) => {
    const send = base.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, options, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${url.pathname} did not answer in time`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** The path with a value for each parameter. */
function pathOf({ path }: HttpRoute): string {
  return path.replace(/[{}]/g, '').replace(/:\w+(?:\([^)]*\))?\??|\*\w*/g, '1');
}

function versionOf({ version }: HttpRoute, config: ApplicationConfig): Record<string, string> {
  const versioning = config.getVersioning();
  if (version === null || version === 'neutral' || versioning === undefined) return {};
  if (versioning.type === VersioningType.HEADER) return { [versioning.header.toLowerCase()]: version };
  if (versioning.type === VersioningType.MEDIA_TYPE) return { accept: `application/json;${versioning.key}${version}` };
  return {};
}
