// Starts an application whose options need a service that needs TokenService, in a process of its own.
// Arguments: the node_modules with Nest, and the way in which the options get the service.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadSource } from '../../support/load-source.mjs';

const [modules, way] = process.argv.slice(2);
const load = createRequire(join(modules, 'program.js'));
load('reflect-metadata');
const { forwardRef, Inject, Module } = load('@nestjs/common');
const { ModuleRef, NestFactory } = load('@nestjs/core');
const { JwtExtendedModule, TokenService, JwtAuthenticator } = await loadSource('index.ts', modules);

const secret = 'one-secret-of-this-program-that-is-long-enough-for-every-hmac';

class Users {
  constructor(tokens) {
    this.tokens = tokens;
  }

  find(name) {
    return name === 'alice' ? { name } : null;
  }
}
class Accounts {
  constructor(users) {
    this.users = users;
  }
}
class UsersModule {}

function inject(type, ...dependencies) {
  Reflect.defineMetadata('design:paramtypes', dependencies, type);
}
inject(Users, TokenService);
inject(Accounts, Users);
Module({ providers: [Users, Accounts], exports: [Users, Accounts] })(UsersModule);

class OptionsClass {
  constructor(users) {
    this.users = users;
  }

  createJwtExtendedOptions() {
    return { secret, userLookup: ({ sub }) => this.users.find(sub) };
  }
}
inject(OptionsClass, way === 'class-forward' ? Object : Users);
if (way === 'class-forward') Inject(forwardRef(() => Users))(OptionsClass, undefined, 0);

const lookUp = (users) => ({ secret, userLookup: ({ sub }) => users.find(sub) });
const WAYS = {
  factory: { inject: [Users], useFactory: lookUp },
  indirect: { inject: [Accounts], useFactory: ({ users }) => lookUp(users) },
  class: { useClass: OptionsClass },
  'class-forward': { useClass: OptionsClass },
  'forward-ref': { inject: [forwardRef(() => Users)], useFactory: lookUp },
  'module-ref': {
    inject: [ModuleRef],
    useFactory: (moduleRef) => ({
      secret,
      userLookup: ({ sub }) => moduleRef.get(Users, { strict: false }).find(sub),
    }),
  },
};

class AppModule {}
Module({ imports: [JwtExtendedModule.forRootAsync({ imports: [UsersModule], ...WAYS[way] })] })(AppModule);

const alive = setTimeout(
  () => {
    console.log('hangs');
    process.exit(3);
  },
  Number(process.env.PATIENCE ?? 4000),
);
try {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  const token = await app.get(TokenService).createAccessToken('alice');
  const { user } = await app.get(JwtAuthenticator).authenticateToken(token);
  console.log(JSON.stringify({ user }));
  await app.close();
} catch (error) {
  console.log(`${error.constructor.name}: ${error.message}`);
} finally {
  clearTimeout(alive);
}
