/** What code of an application can throw, each value made anew. */
export declare const THROWN_VALUES: Readonly<Record<string, () => unknown>>;
