import type { StoreSubject } from '../store-subject.js';

/** Facts about a store: a sentence, and a test that proves it with a new subject. */
export type Facts = Readonly<Record<string, (subject: StoreSubject) => Promise<void>>>;
