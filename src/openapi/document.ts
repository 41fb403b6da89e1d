// The parts of an OpenAPI document that the library reads and writes. Structural, so that every version of @nestjs/swagger fits.

/** An OpenAPI document, as `SwaggerModule.createDocument()` returns it. */
export interface OpenApiDocument {
  /** The operations, by path and method. */
  paths: object;
  /** Shared parts of the document. */
  components?: object | undefined;
  /** What operations without `security` need. */
  security?: object[] | undefined;
}

/** Names of schemes that an operation needs together. */
export type SecurityRequirement = Record<string, string[]>;

/** A security scheme. */
export interface SecurityScheme {
  readonly type: string;
  readonly scheme?: string;
  readonly bearerFormat?: string;
  readonly in?: string;
  readonly name?: string;
  readonly description?: string;
}

/** An answer of an operation. */
export interface ApiAnswer {
  readonly description: string;
  readonly headers?: object;
  readonly content?: object;
}

/** The body of a request. */
export interface RequestBody {
  required?: boolean;
  content?: Record<string, { schema?: object }>;
}

/** One operation of a path. */
export interface Operation {
  operationId?: string;
  security?: SecurityRequirement[];
  responses?: Record<string, unknown>;
  requestBody?: RequestBody;
}

/** The document as the library changes it. */
export interface ChangeableDocument {
  readonly paths: Record<string, Record<string, Operation | undefined> | undefined>;
  components?: { securitySchemes?: Record<string, SecurityScheme> };
  readonly security?: SecurityRequirement[];
}
