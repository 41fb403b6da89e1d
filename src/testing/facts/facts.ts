import type { StoreSubject } from '../store-subject.js';

/** What has to be true of a store, each fact under its name, shown on a subject that it has not seen before. */
export type Facts = Readonly<Record<string, (subject: StoreSubject) => Promise<void>>>;
