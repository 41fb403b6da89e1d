import { Test } from '@nestjs/testing';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { OTHER_SECRET, SECRET } from '../support/forge.js';

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

it('the module is refused a second time although Nest compares modules by their content (deep-hash)', async () => {
  const imports = [SECRET, OTHER_SECRET].map((secret) => JwtExtendedModule.forRoot({ secret }));
  const module = await Test.createTestingModule({ imports }, { moduleIdGeneratorAlgorithm: 'deep-hash' }).compile();
  await expect(module.init()).rejects.toThrow(/imported twice/);
});
