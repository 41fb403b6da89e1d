import { OwnKeys } from './keys/own-keys.js';
import { callOptions } from './options/call-options.js';
import type { JwtEnv, JwtEnvIssue, JwtEnvResult, JwtEnvSettings } from './options/env-schema.js';
import { ENV_VARIABLES, readVariable, type JwtEnvName } from './options/env-variables.js';
import { FLASK_SETTINGS } from './options/flask-settings.js';
import type { JwtExtendedOptions } from './options/jwt-extended-options.js';
import { KEY_OPTIONS } from './options/key-settings.js';
import { nearest } from './options/nearest.js';
import { OPTIONS } from './options/option-table.js';
import { OptionSection, type Reader } from './options/option-section.js';
import { flag } from './options/readers.js';
import { resolveOptions } from './options/resolve-settings.js';
import { ALGORITHMS, isHmac, type JwtAlgorithm } from './types/algorithms.js';

const readSettings = callOptions<JwtEnvSettings>('jwtEnv.with', { requireKey: true, ignore: true });

/**
 * Checks and reads the environment variables of the library: the names of Flask-JWT-Extended, with the defaults of this
 * library. An empty variable counts as not set.
 *
 * @example
 * ConfigModule.forRoot({ validationSchema: jwtEnv });
 * export const jwtConfig = registerAs('jwt', () => jwtEnv.options());
 * JwtExtendedModule.forRootAsync(jwtConfig.asProvider());
 */
export const jwtEnv: JwtEnv = createJwtEnv({});

function createJwtEnv(settings: JwtEnvSettings): JwtEnv {
  const read = (env: unknown) => new Reading(env, settings);
  return Object.freeze({
    '~standard': Object.freeze({
      version: 1 as const,
      vendor: 'nestjs-jwt-extended',
      validate: (env: unknown): JwtEnvResult => {
        const { issues } = read(env);
        return issues.length === 0 ? { value: env as Record<string, unknown> } : { issues };
      },
    }),
    validate: (env: Record<string, unknown>) => {
      read(env).throwIssues();
      return env;
    },
    options: (env: Readonly<Record<string, unknown>> = process.env) => read(env).throwIssues(),
    variables: ENV_VARIABLES,
    with: (changes: JwtEnvSettings) => createJwtEnv({ ...settings, ...readSettings(changes) }),
  });
}

/** One reading of an environment: its options, and what is wrong. */
class Reading {
  readonly issues: JwtEnvIssue[] = [];
  private readonly options: Record<string, unknown> = {};
  private protectsCsrf: unknown;
  private readonly env: Readonly<Record<string, unknown>>;

  constructor(
    env: unknown,
    private readonly settings: JwtEnvSettings,
  ) {
    this.env = Object(env) as Readonly<Record<string, unknown>>;
    this.refuseUnknownNames();
    for (const name of Object.keys(ENV_VARIABLES) as JwtEnvName[]) this.readVariable(name);
    // Names of a protection that is off have no effect.
    if (this.protectsCsrf === false) this.options.csrf = false;
    this.requireKey();
    // A wrong variable would be reported twice.
    if (this.issues.length === 0) this.checkTogether();
  }

  throwIssues(): JwtExtendedOptions {
    if (this.issues.length === 0) return this.options;
    const lines = this.issues.map(({ path: [name], message }) => `${name} ${message}`);
    throw new TypeError(`The environment is wrong:\n${lines.join('\n')}`);
  }

  private add(name: string, message: string): void {
    this.issues.push({ path: [name], message });
  }

  private refuseUnknownNames(): void {
    const known = Object.keys(ENV_VARIABLES);
    for (const name of Object.keys(this.env)) {
      if (!name.startsWith('JWT_') || known.includes(name) || this.settings.ignore?.includes(name)) continue;
      const likely = nearest(name, known);
      const cure = likely === null ? '' : `Did you mean ${likely}? `;
      this.add(name, `does not exist. ${cure}If it is of something else, use jwtEnv.with({ ignore: ['${name}'] }).`);
    }
  }

  private readVariable(name: JwtEnvName): void {
    const value = this.env[name];
    if (value === undefined || value === '') return;
    if (typeof value !== 'string') return this.add(name, `must be a text; it is of the type ${typeof value}.`);
    const { option } = FLASK_SETTINGS[name];
    const read = readVariable(name, value);
    try {
      if (option === 'protectCsrf') {
        this.protectsCsrf = flag(true)(new OptionSection({ csrf: read }, ['csrf']), 'csrf');
      } else {
        checkAlone(option, read);
        assign(this.options, option, read);
      }
    } catch (error) {
      this.add(name, problemIn(error).problem);
    }
  }

  private requireKey(): void {
    const isWrong = (name: string) => this.issues.some(({ path }) => path[0] === name);
    if (this.settings.requireKey === false || this.hasKey || isWrong('JWT_ALGORITHM')) return;
    const algorithm = (this.options.algorithm ?? 'HS256') as JwtAlgorithm;
    if (!isHmac(algorithm)) {
      return this.add('JWT_PRIVATE_KEY', `is missing, and ${algorithm} needs one. To verify only, set JWT_PUBLIC_KEY.`);
    }
    const command = `node -p "require('crypto').randomBytes(${ALGORITHMS[algorithm].hashBytes}).toString('hex')"`;
    this.add('JWT_SECRET_KEY', `is missing, and ${algorithm} needs one. Make one with ${command}.`);
  }

  /** Checks what the variables mean together, and the keys. */
  private checkTogether(): void {
    const options = this.hasKey ? this.options : { ...this.options, decodeKey: () => '' };
    try {
      const { settings, keyMaterial } = resolveOptions(options);
      new OwnKeys(settings, keyMaterial);
    } catch (error) {
      const { option, problem } = problemIn(error);
      this.add(variableOf(option) ?? 'JWT_ALGORITHM', problem);
    }
  }

  private get hasKey(): boolean {
    return ['secret', 'privateKey', 'publicKey'].some((name) => this.options[name] !== undefined);
  }
}

/** Reads one option as the module does. @throws TypeError for a wrong value. */
function checkAlone(path: string, value: unknown): void {
  const options: Record<string, unknown> = {};
  assign(options, path, value);
  const [name = ''] = path.split('.');
  const readers: Readonly<Record<string, Reader<unknown>>> = { ...KEY_OPTIONS, ...OPTIONS };
  readers[name]?.(new OptionSection(options, [name]), name);
}

/** Sets the option with a path such as `cookies.access.name`. */
function assign(options: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  const section = names.reduce((parent, name) => (parent[name] ??= {}) as Record<string, unknown>, options);
  section[last] = value;
}

/** The option of a refusal and its problem. */
function problemIn(error: unknown): { option: string; problem: string } {
  const message = (error as Error).message;
  const [, option = '', problem = message] = /^JwtExtendedModule option "([\w.]+)" ([^]*)$/.exec(message) ?? [];
  return { option, problem };
}

function variableOf(option: string): string | undefined {
  return Object.entries(FLASK_SETTINGS).find(([, setting]) => setting.option === option)?.[0];
}
