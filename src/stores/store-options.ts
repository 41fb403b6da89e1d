/** The names of a store's options. With `satisfies`, the compiler refuses a missing and an unknown name. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Refuses options of a store, in messages that name the store and the option. */
export class StoreOptions {
  constructor(
    private readonly store: string,
    private readonly names: Readonly<Record<string, true>>,
  ) {}

  /** @throws TypeError if one of the options does not exist. */
  requireKnown(options: object): void {
    const unknown = Object.keys(options).find((name) => !Object.hasOwn(this.names, name));
    if (unknown !== undefined) this.refuse(unknown, `does not exist. Known: ${Object.keys(this.names).join(', ')}.`);
  }

  /** @throws TypeError always: what is wrong with an option, and what to do about it. */
  refuse(option: string, problem: string): never {
    throw new TypeError(`${this.store} option "${option}" ${problem}`);
  }
}
