export { documentJwt } from './openapi/document-jwt.js';
export type { OpenApiDocument } from './openapi/document.js';
