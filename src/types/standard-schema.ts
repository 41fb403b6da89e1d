/**
 * A schema of a library that implements Standard Schema, version 1: zod, valibot, arktype and others. `Output` is the type of the
 * checked value, `Input` that of the value before.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The part of the schema that is the same in each library. */
  readonly '~standard': StandardSchemaProperties<Input, Output>;
}

/** The part of a schema that is the same in each library. */
export interface StandardSchemaProperties<Input = unknown, Output = Input> {
  /** The version of Standard Schema. */
  readonly version: 1;
  /** The name of the library. */
  readonly vendor: string;
  /** Checks a value. Returns a promise if the schema has an asynchronous check. */
  readonly validate: (value: unknown) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
  /** Only for the compiler: the types before and after the check. */
  readonly types?:
    | {
        /** What it accepts. */
        readonly input: Input;
        /** What it returns. */
        readonly output: Output;
      }
    | undefined;
}

/** The result of a check: `value`, or `issues` if the value does not match. */
export type StandardSchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardSchemaIssue[] };

/** Why a value does not match a schema. */
export interface StandardSchemaIssue {
  /** The problem, in the words of the library. */
  readonly message: string;
  /** The path to the wrong member: its keys, or objects with a key. */
  readonly path?:
    | readonly (
        | PropertyKey
        | {
            /** The name of the member. */
            readonly key: PropertyKey;
          }
      )[]
    | undefined;
}

/** Whether a value is a schema. Some libraries have functions as schemas. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const { version, validate } = Object((value as Partial<StandardSchema>)['~standard']) as Partial<
    StandardSchema['~standard']
  >;
  return version === 1 && typeof validate === 'function';
}
