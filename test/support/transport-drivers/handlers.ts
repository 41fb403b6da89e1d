import { createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { getJwtContext, JwtRequired } from 'nestjs-jwt-extended';
import { HANDLERS, type HandlerName } from './driver.js';

/** What a handler returns. */
interface Seen {
  readonly identity: unknown;
}

const SeenIdentity = createParamDecorator<unknown, Seen>((_data, context: ExecutionContext) => ({
  identity: getJwtContext(context)?.identity ?? null,
}));

/** A class with the handlers of the drivers. `on` makes a method a handler of the transport. */
export function handlersOf(onClass: ClassDecorator, on: (name: HandlerName) => MethodDecorator): Type {
  @onClass
  class Handlers {
    @on('plain')
    @JwtRequired(HANDLERS.plain)
    plain(@SeenIdentity() seen: Seen) {
      return seen;
    }

    @on('fresh')
    @JwtRequired(HANDLERS.fresh)
    fresh(@SeenIdentity() seen: Seen) {
      return seen;
    }

    @on('refresh')
    @JwtRequired(HANDLERS.refresh)
    refresh(@SeenIdentity() seen: Seen) {
      return seen;
    }

    @on('scoped')
    @JwtRequired(HANDLERS.scoped)
    scoped(@SeenIdentity() seen: Seen) {
      return seen;
    }

    @on('optional')
    @JwtRequired(HANDLERS.optional)
    optional(@SeenIdentity() seen: Seen) {
      return seen;
    }
  }
  return Handlers;
}
