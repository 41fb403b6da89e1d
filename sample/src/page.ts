import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** `public` is next to both `src` and `dist`. */
export const PAGE_FOLDER = join(import.meta.dirname, '../public');

/** The folder with README.md. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** Serves the files of the page, and turns on Nest's protections for it. */
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
  // Refuses requests from pages of other origins. This covers log-in, which has no token for the CSRF check.
  app.enableCsrfProtection();
  app.useStaticAssets(PAGE_FOLDER, { prefix: '/page/', index: false });
}
