import type { Settings } from '../options/settings.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { Operation } from './document.js';

const JSON_TYPE = 'application/json';

/** Describes the token in a JSON body, for which OpenAPI has no security scheme. */
export function writeTokenInBody(operation: Operation, requirement: SettledRequirement, settings: Settings): void {
  const locations = requirement.locations ?? settings.tokenLocation;
  if (!locations.includes('json')) return;
  const key = requirement.refresh ? settings.json.refreshKey : settings.json.accessKey;
  const isOnlyPlace = locations.length === 1 && !requirement.optional;
  const token = {
    type: 'object',
    properties: { [key]: { type: 'string', description: `The ${requirement.refresh ? 'refresh' : 'access'} token.` } },
    ...(isOnlyPlace && { required: [key] }),
  };
  const { content = {}, ...body } = operation.requestBody ?? {};
  const { schema, ...media } = content[JSON_TYPE] ?? {};
  if (JSON.stringify(schema)?.includes(JSON.stringify(token))) return;
  const both = schema === undefined ? token : { allOf: [schema, token] };
  operation.requestBody = {
    ...body,
    ...(isOnlyPlace && { required: true }),
    content: { ...content, [JSON_TYPE]: { ...media, schema: both } },
  };
}
