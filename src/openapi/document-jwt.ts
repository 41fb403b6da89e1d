import type { INestApplicationContext } from '@nestjs/common';
import { callableHandlersOf } from '../access/describe-access.js';
import { partsOf } from '../access/nest-application.js';
import { ErrorResponder } from '../errors/error-responder.js';
import { METHOD, OPTIONS_METHOD } from '../routes/nest-metadata.js';
import { ownRequirementOf } from '../routes/route-rules.js';
import type { ChangeableDocument, OpenApiDocument } from './document.js';
import { describedOperations } from './operations.js';
import { writeRefusals } from './refusals.js';
import { Schemes } from './schemes.js';
import { OperationSecurity } from './security.js';
import { writeTokenInBody } from './token-in-body.js';

/**
 * Describes in an OpenAPI document which operations need a token: security schemes, `security` and the refusals of each operation.
 * An open operation has `security: []`, an optional one `[{}, …]`. `@ApiSecurity()` on a method stays as it is. The document is
 * changed and returned. Set the global prefix and versioning of the application before.
 *
 * @throws TypeError if the application does not import `JwtExtendedModule`
 * @example
 * const document = documentJwt(app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
 */
export function documentJwt<Document extends OpenApiDocument>(
  app: INestApplicationContext,
  document: Document,
): Document {
  const parts = partsOf(app, 'documentJwt');
  const { settings } = parts;
  const changed = document as unknown as ChangeableDocument;
  const security = new OperationSecurity(new Schemes(changed, settings), settings, changed.security ?? []);
  const responder = app.get(ErrorResponder, { strict: false });
  for (const described of describedOperations(changed, callableHandlersOf(parts))) {
    const { operation, method, handler } = described;
    // The guard lets every request of `@Options()` in.
    const isExempt = Reflect.getMetadata(METHOD, handler.method) === OPTIONS_METHOD;
    const byHandler = handler.requirement === null ? ownRequirementOf(handler.method) : null;
    const requirement = isExempt ? null : (handler.requirement ?? byHandler);
    security.write(described, requirement);
    if (requirement === null) continue;
    writeTokenInBody(operation, requirement, settings);
    writeRefusals(operation, { requirement, settings, method, isByGuard: byHandler === null }, responder);
  }
  return document;
}
