import type { Placeholder, SqlFragment, SqlValue } from './sql-statement.js';

/** The parts of statements that databases write differently. */
export interface SqlDialect {
  readonly placeholder: Placeholder;
  /** How many rows one statement removes, so that no other caller waits for it for more than a few milliseconds. */
  readonly rowsPerStep: number;
  /** The time in milliseconds since 1970, with fractions, at the moment of its evaluation. */
  readonly clock: SqlFragment;
  /** The same at the start of the statement, which is exact enough for a SELECT: it waits for no lock. */
  readonly readClock: SqlFragment;
  /** The same at the start of the statement: one time, wherever a statement has it. */
  readonly statementClock: SqlFragment;
  /** A number that is not negative, rounded down. */
  readonly floor: (value: SqlFragment) => SqlFragment;
  /** A condition for writes. After the deadline it is false, or makes the statement fail. */
  readonly inTime: (deadline: SqlValue) => SqlFragment;
  /** The end of a write that has a deadline. Databases that can return a row per change do so. */
  readonly returning: (deadline: SqlValue) => SqlFragment;
  /** Whether columns of the row can follow `returning`. */
  readonly returnsRows: boolean;
  /** Follows `returning` in a write that revokes something: it reports the subject. Empty if the database cannot report. */
  readonly announce: (channel: string) => SqlFragment;
  /** How many rows a write has changed, from the result of the driver. */
  readonly changedRowsOf: (result: unknown) => number;
  /** Follows the table's name in an INSERT, so that `orProlong` can name the existing row. */
  readonly insertAlias: SqlFragment;
  /** The end of an INSERT that does nothing if the row exists. */
  readonly orIgnore: SqlFragment;
  /**
   * The end of an INSERT that, if the row exists, makes it stay longer, never shorter. First it makes the assignments `also`,
   * which end with a comma and read the row as it was.
   */
  readonly orProlong: (deadline: SqlValue, also: SqlFragment) => SqlFragment;
  /** A column of the row that exists, in the assignments of `orProlong`. */
  readonly existing: (column: string) => SqlFragment;
  /** A column of the row that the INSERT would add, in the assignments of `orProlong`. */
  readonly proposed: (column: string) => SqlFragment;
  /** The FROM of a SELECT that reads no table but has a condition. */
  readonly fromDual: SqlFragment;
  /**
   * A table `wanted` of questions, for a FROM: position (from 1), subject, sid and jti. There are few different texts, so drivers
   * can prepare them.
   */
  readonly wanted: (questions: readonly RowIds[]) => SqlFragment;
  readonly textOf: TextFunctions;
  readonly greatest: SqlFragment;
  readonly least: SqlFragment;
  /**
   * Adds rows if the subject's cut-off has not changed since it was read. A statement that moves the cut-off at the same time
   * either comes first, or ends the new session. `rows` are the values from the column `kind` on.
   */
  readonly insertWithCutOff: (
    table: SqlFragment,
    columns: SqlFragment,
    rows: readonly SqlFragment[],
    by: CutOffRow,
  ) => SqlFragment;
  /** Moves the subject's cut-off if it has not changed since it was read, and ends the sessions that meet a condition. */
  readonly moveCutOff: (table: SqlFragment, time: SqlFragment, ended: EndedRows, by: CutOffRow) => SqlFragment;
  /** Deletes up to `most` rows that have expired by a time. */
  readonly purge: (table: SqlFragment, time: number, most: number) => SqlFragment;
}

/** The functions that make texts. `NULL` stays `NULL`. */
export interface TextFunctions {
  /** A number as text, without loss. */
  readonly number: (value: SqlFragment) => SqlFragment;
  /** Several texts as one. None of them is `NULL`. */
  readonly concat: (texts: readonly SqlFragment[]) => SqlFragment;
}

/** The ids of the rows that a look-up reads. A row without an id has one that no row has. */
export interface RowIds {
  readonly subject: string;
  readonly sid: string;
  readonly jti: string;
}

/** The sessions that end with a cut-off. */
export interface EndedRows {
  readonly condition: SqlFragment;
  /** The assignments that end a session. They change nothing in the row of the cut-off. */
  readonly assignments: SqlFragment;
}

/** The row of a subject's cut-off, as it was read. */
export interface CutOffRow {
  /** The condition that selects this row if it has not changed. */
  readonly unchanged: SqlFragment;
  /** The condition that selects all rows of the subject. */
  readonly subject: SqlFragment;
  /** The row's next revision. */
  readonly revision: SqlValue;
  readonly deadline: SqlValue;
  /** The channel on which the subject is reported. */
  readonly channel: string;
}
