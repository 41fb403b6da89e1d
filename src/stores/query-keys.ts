import type { LookUpQuery } from './revocation-store.js';

/** How many queries are held: less than a megabyte. */
const MOST = 1_000;

/** Longer ids are not held. A `jti` of another issuer can have any length. */
const LONGEST_ID = 128;

/**
 * The keys of the queries that were asked last. A client sends several requests with one token, and making its keys again is a
 * tenth of the cost of a look-up.
 */
export class QueryKeys<Keys> {
  private readonly held = new Map<string, { readonly query: LookUpQuery; readonly keys: Keys }>();

  constructor(private readonly make: (query: LookUpQuery) => Keys) {}

  /** The keys of a query. Several callers share them. */
  of(query: LookUpQuery): Keys {
    const id = idOf(query);
    const known = this.held.get(id);
    if (known !== undefined && isEqual(known.query, query)) return known.keys;
    const keys = this.make(query);
    if (id.length > LONGEST_ID) return keys;
    if (this.held.size >= MOST) this.held.clear();
    const { subject, sid, jti } = query;
    this.held.set(id, { query: { subject, sid, jti }, keys });
    return keys;
  }
}

/** The id that differs most between queries. Queries with the same id can still differ. */
export function idOf({ subject, sid, jti }: LookUpQuery): string {
  return jti ?? sid ?? subject;
}

/** Whether two queries ask the same. */
export function isEqual(one: LookUpQuery, other: LookUpQuery): boolean {
  return one.jti === other.jti && one.sid === other.sid && one.subject === other.subject;
}
