/** The value of a parameter. */
export type SqlParameter = string | number | null;

/** The text and the parameters for a driver. Each parameter occurs in the text once, in the order of the list. */
export interface SqlStatement {
  readonly text: string;
  readonly params: SqlParameter[];
}

/** The type of a parameter, for databases that need it in the text. */
export type SqlType = 'text' | 'number';

/** How a dialect writes the parameter at a position. The first position is 1. */
export type Placeholder = (position: number, type: SqlType) => string;

/** A part of a statement: pieces of text with values between them. */
export class SqlFragment {
  constructor(
    readonly pieces: readonly string[],
    readonly values: readonly (SqlFragment | SqlValue)[],
  ) {}
}

/** A value that is passed as a parameter, never as text. */
export class SqlValue {
  constructor(
    readonly type: SqlType,
    readonly value: SqlParameter,
  ) {}
}

/** A fragment from a template. Its values must be fragments or parameters, so that no text gets into a statement by mistake. */
export function sql(pieces: TemplateStringsArray, ...values: (SqlFragment | SqlValue)[]): SqlFragment {
  return new SqlFragment(pieces, values);
}

/** Constant text of a statement. Never pass a value from outside. */
export function raw(text: string): SqlFragment {
  return new SqlFragment([text], []);
}

/** A string as a parameter. */
export function text(value: string | null): SqlValue {
  return new SqlValue('text', value);
}

/** A number as a parameter. */
export function number(value: number | null): SqlValue {
  return new SqlValue('number', value);
}

/** A parameter of a statement that is rendered once. Each call passes a value for this name. */
export function named(type: SqlType, name: string): SqlValue {
  return new SqlValue(type, name);
}

/** Joins fragments and parameters. */
export function join(parts: readonly (SqlFragment | SqlValue)[], separator: string): SqlFragment {
  const between = parts.slice(1).map(() => separator);
  return parts.length === 0 ? raw('') : new SqlFragment(['', ...between, ''], parts);
}

/** The statement for a driver. */
export function render(fragment: SqlFragment, placeholder: Placeholder): SqlStatement {
  const params: SqlParameter[] = [];
  const write = (part: SqlFragment | SqlValue): string => {
    if (part instanceof SqlValue) return placeholder(params.push(part.value), part.type);
    let written = part.pieces[0] as string;
    part.values.forEach((value, index) => (written += write(value) + (part.pieces[index + 1] as string)));
    return written;
  };
  return { text: write(fragment), params };
}
