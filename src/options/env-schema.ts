import type { JwtEnvKind, JwtEnvName } from './env-variables.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';

/** What is wrong with a variable, in the form of Standard Schema. */
export interface JwtEnvIssue {
  /** What is wrong, and what to do. It shows no key. */
  readonly message: string;
  /** The name of the variable. */
  readonly path: readonly [name: string];
}

/** The result of Standard Schema: the environment as it was, or what is wrong with it. */
export type JwtEnvResult =
  | { readonly value: Record<string, unknown>; readonly issues?: undefined }
  | { readonly issues: readonly JwtEnvIssue[] };

/** Options of `jwtEnv.with()`. */
export interface JwtEnvSettings {
  /**
   * Require the variables of a key. `false`: the application passes its keys in another way, such as `keys` or `jwks`.
   * @default true
   */
  requireKey?: boolean | undefined;
  /**
   * `JWT_*` names to ignore, because they belong to something else.
   * @default []
   */
  ignore?: readonly string[] | undefined;
}

/** The environment variables of the library, as a Standard Schema. */
export interface JwtEnv {
  /** The members of Standard Schema 1. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1;
    /** The name of this library. */
    readonly vendor: string;
    /** Checks an environment. It changes no variable. */
    readonly validate: (env: unknown) => JwtEnvResult;
    /** For the types of other libraries. It has no value. */
    readonly types?:
      | {
          /** What it accepts. */
          readonly input: Record<string, unknown>;
          /** What it returns. */
          readonly output: Record<string, unknown>;
        }
      | undefined;
  };
  /**
   * For `ConfigModule.forRoot({ validate: jwtEnv.validate })`, which `@nestjs/config` has in all versions. Returns the
   * environment as it is.
   *
   * @throws TypeError with all wrong variables
   */
  readonly validate: (env: Record<string, unknown>) => Record<string, unknown>;
  /**
   * The options of the module that the variables set. Variables that are not set leave the defaults of the module.
   *
   * @param env default: `process.env`
   * @throws TypeError with all wrong variables
   */
  readonly options: (env?: Readonly<Record<string, unknown>>) => JwtExtendedOptions;
  /** The names of all variables, and how each is read. */
  readonly variables: Readonly<Record<JwtEnvName, JwtEnvKind>>;
  /** The same with other settings. */
  readonly with: (settings: JwtEnvSettings) => JwtEnv;
}
