import { documentation } from './documentation.mjs';
import { extended } from './extended.mjs';
import { fastifyJwtGuard } from './fastify-jwt.mjs';
import { open } from './open.mjs';
import { passport } from './passport.mjs';
import { controllerWith } from './route.mjs';

/** The protections of a route, by a short name. */
export const PROTECTIONS = {
  open,
  'documentation-text': (setup) => documentation({ ...setup, asText: true }),
  documentation,
  passport,
  'fastify-jwt': (setup) => fastifyJwtGuard({ ...setup, cache: false }),
  'fastify-jwt-cached': (setup) => fastifyJwtGuard({ ...setup, cache: true }),
  'extended-first': (setup) => extended({ ...setup, cache: false }),
  'extended-first-revocation': (setup) => extended({ ...setup, cache: false, revocation: true }),
  'extended-seen': extended,
  'extended-seen-revocation': (setup) => extended({ ...setup, revocation: true }),
};

/** Sets a protection up. `skipped` has the reason if it does not support the algorithm. */
export async function setUp(id, setup) {
  try {
    const protection = await PROTECTIONS[id](setup);
    return protection.skipped ? protection : { ...protection, id, ...withModule(protection) };
  } catch (error) {
    return { skipped: `${id}: ${error.message}` };
  }
}

/** Sets this library up with other options. */
export async function setUpExtended(setup) {
  const protection = await extended(setup);
  return { ...protection, ...withModule(protection) };
}

function withModule(protection) {
  return { rootModule: () => rootModule(protection) };
}

function rootModule({ imports = [], providers = [], guard, decorators, isGlobal, isOpen }) {
  const controller = controllerWith({ guard: isGlobal || isOpen ? undefined : guard, decorators });
  return { module: class BenchModule {}, imports, providers, controllers: [controller] };
}
