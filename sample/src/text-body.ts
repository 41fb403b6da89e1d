import { ApiBody } from '@nestjs/swagger';

/** Describes a JSON body of texts in the OpenAPI document. `TextFields` reads them. */
export function TextBody(...names: readonly string[]): MethodDecorator {
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  return ApiBody({ schema: { type: 'object', required: [...names], properties } });
}
