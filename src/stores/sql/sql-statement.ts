/** A value that a statement is run with. */
export type SqlParameter = string | number | null;

/** What a driver is given. Each parameter stands in the text once, in the order of the list. */
export interface SqlStatement {
  readonly text: string;
  readonly params: SqlParameter[];
}

/** What a parameter is, for databases that want to be told. */
export type SqlType = 'text' | 'number';

/** How a dialect writes the parameter at a position, counted from 1. */
export type Placeholder = (position: number, type: SqlType) => string;

/** A part of a statement: text, and the values between its pieces. */
export class SqlFragment {
  constructor(
    readonly pieces: readonly string[],
    readonly values: readonly (SqlFragment | SqlValue)[],
  ) {}
}

/** A value to be passed as a parameter, never as text. */
export class SqlValue {
  constructor(
    readonly type: SqlType,
    readonly value: SqlParameter,
  ) {}
}

/** A fragment written as a template; what stands in it is a fragment or a parameter, so that no text gets in by mistake. */
export function sql(pieces: TemplateStringsArray, ...values: (SqlFragment | SqlValue)[]): SqlFragment {
  return new SqlFragment(pieces, values);
}

/** Text of our own that is part of the statement. */
export function raw(text: string): SqlFragment {
  return new SqlFragment([text], []);
}

/** A text as a parameter. */
export function text(value: string | null): SqlValue {
  return new SqlValue('text', value);
}

/** A number as a parameter. */
export function number(value: number | null): SqlValue {
  return new SqlValue('number', value);
}

/** Fragments and parameters one after the other. */
export function join(parts: readonly (SqlFragment | SqlValue)[], separator: string): SqlFragment {
  const between = parts.slice(1).map(() => separator);
  return parts.length === 0 ? raw('') : new SqlFragment(['', ...between, ''], parts);
}

/** The statement a fragment makes. */
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
