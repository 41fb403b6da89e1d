/** What the rule needs of the files of a project. `Tree` of `@angular-devkit/schematics` has it; nothing is imported from there. */
export interface ProjectTree {
  exists(path: string): boolean;
  read(path: string): Uint8Array | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
}

/** What the rule needs of the program that runs it. */
export interface RuleContext {
  readonly logger: { info(text: string): void; warn(text: string): void };
  addTask(task: { toConfiguration(): { name: string; options?: unknown } }): unknown;
}

/** The options of `nest add`, as in `schematics/schema.json`. */
export interface NestAddOptions {
  readonly sourceRoot?: string | undefined;
  readonly skipEnv?: boolean | undefined;
  readonly skipOpenapi?: boolean | undefined;
  readonly skipInstall?: boolean | undefined;
}

/** The text of a file; `null` without it. */
export function textOf(tree: ProjectTree, path: string): string | null {
  const bytes = tree.read(path);
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

/** Writes a file, whether it exists or not. */
export function write(tree: ProjectTree, path: string, content: string): void {
  if (tree.exists(path)) tree.overwrite(path, content);
  else tree.create(path, content);
}
