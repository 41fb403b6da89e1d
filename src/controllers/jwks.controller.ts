import { createHash } from 'node:crypto';
import { Controller, Get, Inject, Req, Res, VERSION_NEUTRAL, type OnModuleInit, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Public } from '../routes/route.decorators.js';
import { KeyRing } from '../keys/key-ring.js';
import type { PublicJwk } from '../keys/public-jwk.js';
import { headerValue, type HttpRequest } from '../types/http.js';

/** The published document and its entity tag (RFC 9110 s.8.8.3). */
interface Publication {
  readonly keys: readonly PublicJwk[];
  readonly text: string;
  readonly tag: string;
}

/** A controller that publishes the public keys at a path; `maxAge` in seconds. */
export function jwksControllerAt(path: string, maxAge: number): Type {
  @Public()
  @Controller({ path, version: VERSION_NEUTRAL })
  class JwksController implements OnModuleInit {
    private current: Publication | null = null;

    constructor(
      @Inject(KeyRing) private readonly ring: KeyRing,
      @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    ) {}

    onModuleInit(): void {
      if (this.ring.publicKeys().length > 0) return;
      throw new TypeError(
        'JwksModule has nothing to publish: the keys of JwtExtendedModule are secrets (HMAC), which must not be public. ' +
          "Set algorithm: 'ES256' (or RS*, PS*, EdDSA) with a privateKey, or remove JwksModule.",
      );
    }

    /** Sends the response itself, so that no interceptor of the application can wrap the document. */
    @Get()
    show(@Req() request: HttpRequest, @Res() response: unknown): void {
      const { text, tag } = this.publication();
      const adapter = this.adapterHost.httpAdapter;
      adapter.setHeader(response, 'Cache-Control', `public, max-age=${maxAge}`);
      adapter.setHeader(response, 'ETag', tag);
      if (matches(headerValue(request, 'if-none-match'), tag)) {
        adapter.reply(response, undefined, 304);
        return;
      }
      adapter.setHeader(response, 'Content-Type', 'application/json; charset=utf-8');
      adapter.reply(response, text, 200);
    }

    /** Serialises the document again only after the keys have changed. */
    private publication(): Publication {
      const keys = this.ring.publicKeys();
      return this.current?.keys === keys ? this.current : (this.current = publish(keys));
    }
  }
  return JwksController;
}

function publish(keys: readonly PublicJwk[]): Publication {
  const text = JSON.stringify({ keys });
  return { keys, text, tag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** Whether the client has this document. Weak tags compare like strong ones (RFC 9110 s.13.1.2). */
function matches(known: string, tag: string): boolean {
  return known.trim() === '*' || known.split(',').some((item) => item.trim().replace(/^W\//, '') === tag);
}
