import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** Next to `src` and `dist` alike. */
export const PAGE_FOLDER = join(import.meta.dirname, '../public');

/** Serves the page's files, and guards the application it is a part of. */
export function servePage(app: NestExpressApplication, { secure }: { secure: boolean }): void {
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: "'none'",
        scriptSrc: "'self'",
        styleSrc: "'self'",
        connectSrc: "'self'",
        imgSrc: "'self'",
        baseUri: "'none'",
        formAction: "'none'",
        frameAncestors: "'none'",
        requireTrustedTypesFor: "'script'",
        trustedTypes: "'none'",
      },
    },
    strictTransportSecurity: secure,
  });
  // Refuses what pages of other origins send, the sign-in included, which comes without a token to be checked.
  app.enableCsrfProtection();
  app.useStaticAssets(PAGE_FOLDER, { prefix: '/page/', index: false });
}
