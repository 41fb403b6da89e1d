import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';

describe.each(ADAPTERS)('the module on %s', (adapter) => {
  it.each([
    ['forRoot', () => JwtExtendedModule.forRoot({ secret: SECRET })],
    ['forRoot with other options', () => JwtExtendedModule.forRoot({ secret: SECRET, leeway: 5 })],
    ['forRootAsync', () => JwtExtendedModule.forRootAsync({ useFactory: () => ({ secret: SECRET }) })],
  ])('refuses to be imported a second time, by %s', async (_how, second) => {
    const first = JwtExtendedModule.forRoot({ secret: SECRET });
    await expect(startApp(adapter, { imports: [first, second()] })).rejects.toThrow(/imported twice/);
  });

  it('refuses to be imported a second time by a feature module', async () => {
    class FeatureModule {}
    const feature = { module: FeatureModule, imports: [JwtExtendedModule.forRoot({ secret: SECRET })] };
    const first = JwtExtendedModule.forRoot({ secret: SECRET });
    await expect(startApp(adapter, { imports: [first, feature] })).rejects.toThrow(TypeError);
  });
});
