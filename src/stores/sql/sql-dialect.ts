import type { Placeholder, SqlFragment, SqlValue } from './sql-statement.js';

/** What databases write differently. */
export interface SqlDialect {
  readonly placeholder: Placeholder;
  /** The time in milliseconds since 1970, with fractions, at the moment at which it is evaluated. */
  readonly clock: SqlFragment;
  /** A condition that holds of a write which is in time; what comes too late fails it, or fails altogether. */
  readonly inTime: (deadline: number) => SqlFragment;
  /** The end of a write that has to be in time: the database tells there what it has changed, if it can. */
  readonly returning: (deadline: number) => SqlFragment;
  /** How many rows a write has changed. */
  readonly changedBy: (result: unknown) => number;
  /** What a table is called in an INSERT that may find its row there. */
  readonly known: SqlFragment;
  /** Where such an INSERT leaves the row alone. */
  readonly unlessKnown: SqlFragment;
  /** Where it makes the row stay longer, never shorter. */
  readonly orProlong: (deadline: number) => SqlFragment;
  /** What is selected from where there is nothing to select from, but a condition. */
  readonly fromNothing: SqlFragment;
  readonly greatest: SqlFragment;
  readonly least: SqlFragment;
  /**
   * Adds rows, if a subject's cut-off is still what was read; whoever moves it at the same time comes before, or ends
   * them. `rows` are the values from the column `kind` on.
   */
  readonly addUnlessCutOff: (
    table: SqlFragment,
    columns: SqlFragment,
    rows: readonly SqlFragment[],
    by: CutOffRow,
  ) => SqlFragment;
  /** Moves a subject's cut-off, if it is still what was read, and ends the sessions that meet a condition. */
  readonly cutOff: (table: SqlFragment, moved: SqlFragment, ended: SqlFragment, by: CutOffRow) => SqlFragment;
  /** Deletes some of the rows that were to be kept until a given time. */
  readonly purge: (table: SqlFragment, time: number, most: number) => SqlFragment;
}

/** The row of a subject's cut-off, as it was read. */
export interface CutOffRow {
  /** The condition that it is this row, unchanged. */
  readonly unchanged: SqlFragment;
  /** The condition that a row is the subject's. */
  readonly subject: SqlFragment;
  /** Its next revision. */
  readonly revision: SqlValue;
  readonly deadline: number;
}
