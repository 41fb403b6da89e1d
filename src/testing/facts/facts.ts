import type { StoreSubject } from '../store-subject.js';

/** The facts that must be true of a store, by name. Each test shows its fact on a new subject. */
export type Facts = Readonly<Record<string, (subject: StoreSubject) => Promise<void>>>;
