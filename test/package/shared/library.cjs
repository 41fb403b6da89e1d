// A library of another team, in the CommonJS that TypeScript creates from classes with decorators.
const { Controller, Get, Inject, Module, Req } = require('@nestjs/common');
const jwt = require('nestjs-jwt-extended');

const injected = ['TokenService', 'JwtGuard', 'JwtAuthenticator', 'KeyRing', 'RevocationEvents', 'TokenCookieService'];

class LibraryController {
  constructor(...services) {
    this.services = Object.fromEntries(injected.map((name, index) => [name, services[index]]));
  }

  open() {
    return {};
  }

  guarded(request, subject) {
    return { subject, context: jwt.getJwtContext(request)?.payload.sub };
  }

  async refused() {
    await this.services.TokenService.verify('nonsense');
  }
}
decorateClass(LibraryController, Controller('library'));
Reflect.defineMetadata(
  'design:paramtypes',
  injected.map((name) => jwt[name]),
  LibraryController,
);
decorateMethod('open', Get('open'));
decorateMethod('guarded', Get('guarded'), jwt.JwtRequired());
decorateMethod('refused', Get('refused'));
Req()(LibraryController.prototype, 'guarded', 0);
jwt.Jwt('sub')(LibraryController.prototype, 'guarded', 1);

/** Another service, for a module that the application loads while it runs. */
class LateService {
  constructor(tokens) {
    this.tokens = tokens;
  }
}
Inject(jwt.TokenService)(LateService, undefined, 0);

class LibraryModule {}
decorateClass(LibraryModule, Module({ controllers: [LibraryController] }));

class LateModule {}
decorateClass(LateModule, Module({ providers: [LateService] }));

function decorateClass(target, decorator) {
  decorator(target);
}

function decorateMethod(name, ...decorators) {
  const { prototype } = LibraryController;
  for (const decorator of decorators) decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
}

module.exports = { injected, LateModule, LateService, LibraryController, LibraryModule };
