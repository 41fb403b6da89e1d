import { Controller, Get, type DynamicModule } from '@nestjs/common';
import { JWT_EXTENDED_OPTIONS, JwtExtendedModule, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { forge, OTHER_SECRET, SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { errorOf } from '../support/token-service.js';

@Controller()
class CatsController {
  @JwtRequired()
  @Get('cats')
  cats() {
    return {};
  }
}

const MODULES: [string, () => DynamicModule][] = [
  ['forRoot', () => JwtExtendedModule.forRoot({ secret: OTHER_SECRET, tokenLocation: 'cookies' })],
  ['forRootAsync', () => JwtExtendedModule.forRootAsync({ useFactory: () => ({ secret: OTHER_SECRET }) })],
  [
    'forRoot with extras',
    () => JwtExtendedModule.forRoot({ secret: OTHER_SECRET, globalFilter: true, isGlobal: true }),
  ],
];

describe.each(ADAPTERS)('a test that overrides JWT_EXTENDED_OPTIONS on %s', (adapter) => {
  const start = (module: DynamicModule, options: JwtExtendedOptions) =>
    startApp(adapter, { imports: [module], controllers: [CatsController] }, (builder) =>
      builder.overrideProvider(JWT_EXTENDED_OPTIONS).useValue(options),
    );

  it.each(MODULES)('replaces all options of %s', async (_name, module) => {
    const { url, close } = await start(module(), { secret: SECRET, errorMessageKey: 'message' });
    try {
      expect(await send('GET', `${url}/cats`, { token: forge() })).toMatchObject({ status: 200 });
      const refused = await send('GET', `${url}/cats`, { token: forge({}, { secret: OTHER_SECRET }) });
      expect(refused).toEqual({ status: 422, body: { message: 'Signature verification failed' } });
    } finally {
      await close();
    }
  });

  it('fails if the module refuses the new options', async () => {
    const error = await errorOf(() => start(JwtExtendedModule.forRoot({ secret: SECRET }), { secret: '' }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('"secret"');
  });
});
