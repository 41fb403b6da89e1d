import { Body, Controller, Post, Req } from '@nestjs/common';
import { Http2ServerRequest } from 'node:http2';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ADAPTERS } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

/** The names of all properties of an object, inherited ones included. */
function propertiesOf(value: object | null): string[] {
  if (value === null) return [];
  return [...Object.getOwnPropertyNames(value), ...propertiesOf(Object.getPrototypeOf(value) as object | null)];
}

/** The property names that the option `requestProperty` accepts. */
function acceptedOf(names: readonly string[]): string[] {
  return names.filter((requestProperty) => {
    try {
      resolveSettings({ secret: SECRET, requestProperty });
      return true;
    } catch (error) {
      expect((error as Error).message).toMatch(/option "requestProperty" (is|must not be) "/);
      return false;
    }
  });
}

@Controller()
class RequestController {
  @Post('properties')
  list(@Req() request: object, @Body() _body: unknown): string[] {
    return propertiesOf(request);
  }
}

describe.each(ADAPTERS)('requestProperty on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { requestProperty: false }, controllers: [RequestController] });

  it('cannot be a property of a request', async () => {
    const { status, body } = await app.send('POST', '/properties?a=1', { body: { a: 1 } });
    const names = body as string[];
    expect(status).toBe(201);
    expect(names).toEqual(expect.arrayContaining(['query', 'headers', 'body', 'url', 'method', 'socket', '__proto__']));
    expect(acceptedOf(names)).toEqual([]);
  });
});

describe('requestProperty', () => {
  it('cannot be a property of a request of HTTP/2', () => {
    expect(acceptedOf(propertiesOf(Http2ServerRequest.prototype as object))).toEqual([]);
  });

  it.each(['cookies', 'signedCookies', 'session', 'sessionID', 'file', 'files', 'rawBody', 'raw', 'id', 'log'])(
    'cannot be %s, which middleware or the other framework sets',
    (name) => {
      expect(acceptedOf([name])).toEqual([]);
    },
  );

  it('can be a name that requests do not have', () => {
    const names = ['user', 'account', 'currentUser', 'auth', 'principal', 'jwt', 'identity', 'member'];
    expect(acceptedOf(names)).toEqual(names);
  });
});
