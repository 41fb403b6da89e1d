import { memberOf, membersOf } from '../types/members.js';
import { nearest } from './nearest.js';

/** Reads and checks one option of a section. A wrong value is a `TypeError` that names the option and the cure. */
export type Reader<Value> = (section: OptionSection, name: string) => Value;

/** One reader for each option of an interface. A forgotten or an extra name does not compile. */
export type ReadersOf<Options> = { readonly [Name in keyof Options]-?: Reader<unknown> };

/** What the readers of a table return, by option. */
export type ValuesOf<Readers> = {
  readonly [Name in keyof Readers]: Readers[Name] extends Reader<infer Value> ? Value : never;
};

/** How messages name the options of a section. */
export interface SectionLabel {
  /** Empty for the options themselves. */
  readonly path?: string;
  /** What takes the options. */
  readonly owner?: string;
  /** Cures for names that other libraries use, by path. */
  readonly namesElsewhere?: Readonly<Record<string, string>>;
}

/** Throws the `TypeError` that stops the start. */
export function refuse(option: string, problem: string, owner = 'JwtExtendedModule'): never {
  throw new TypeError(`${owner} option "${option}" ${problem}`);
}

/** An object of options. Its readers are its only source of names: every other name is refused. */
export class OptionSection {
  /** The object as the application passed it. */
  readonly options: Readonly<Record<string, unknown>>;
  private readonly label: SectionLabel;

  constructor(options: unknown, names: readonly string[], label: SectionLabel = {}) {
    this.label = membersOf(label, ['path', 'owner', 'namesElsewhere']);
    if (options === undefined) options = {};
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      refuse(this.label.path ?? 'options', `must be an object with any of: ${names.join(', ')}.`, this.label.owner);
    }
    this.options = options as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(options)) {
      if (!names.includes(name)) this.refuse(name, `does not exist. ${this.hint(name, names)}`);
    }
  }

  /** Runs each reader on its option, and freezes the result. */
  read<Readers extends Readonly<Record<string, Reader<unknown>>>>(readers: Readers): ValuesOf<Readers> {
    const values: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(readers)) values[name] = read(this, name);
    return Object.freeze(values) as ValuesOf<Readers>;
  }

  /** The value of an option. Inherited ones count, because options may be an instance of a class. */
  raw(name: string): unknown {
    return memberOf(this.options, name);
  }

  /** The full name of an option, such as `cookies.access.name`. */
  pathOf(name: string): string {
    return this.label.path ? `${this.label.path}.${name}` : name;
  }

  /** An option that is itself an object of options. */
  section(name: string, names: readonly string[]): OptionSection {
    return new OptionSection(this.raw(name), names, { ...this.label, path: this.pathOf(name) });
  }

  refuse(name: string, problem: string): never {
    return refuse(this.pathOf(name), problem, this.label.owner);
  }

  private hint(name: string, names: readonly string[]): string {
    const cures = this.label.namesElsewhere ?? {};
    const path = this.pathOf(name);
    if (Object.hasOwn(cures, path)) return cures[path] as string;
    const likely = nearest(name, names);
    return likely === null ? `Known: ${names.join(', ')}.` : `Did you mean "${likely}"?`;
  }
}

/** Reads an object of options by a table of readers. */
export function readOptions<Readers extends Readonly<Record<string, Reader<unknown>>>>(
  options: unknown,
  readers: Readers,
  label: SectionLabel = {},
): ValuesOf<Readers> {
  return new OptionSection(options, Object.keys(readers), label).read(readers);
}
