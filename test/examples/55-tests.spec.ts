import { Test } from '@nestjs/testing';
import { AppController, AppService } from '../../examples/55-tests/app.module.js';
import { describeExample } from './example.js';

process.env.JWT_SECRET_KEY ??= 'a secret of at least 32 bytes for tests';

describeExample('55-tests', (example) => {
  it('answers as its tests expect', async () => {
    expect((await example.request('GET /me')).status).toBe(401);
  });

  it('has a controller that the unchanged spec of the Nest CLI cannot create', async () => {
    const builder = Test.createTestingModule({ controllers: [AppController], providers: [AppService] });
    await expect(builder.compile()).rejects.toThrow(
      /can't resolve dependencies of the AppController \(AppService, \?\)/,
    );
  });
});

// These are tests. Importing them runs them.
await import('../../examples/55-tests/app.controller.spec.js');
await import('../../examples/55-tests/app.e2e-spec.js');
await import('../../examples/55-tests/replaced-guard.e2e-spec.js');
await import('../../examples/55-tests/protection.e2e-spec.js');
