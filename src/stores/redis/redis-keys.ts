/** The keys of one subject. The braces are a hash tag, so a cluster stores all of them in one slot. */
export function subjectKeys(prefix: string, subject: string) {
  const base = `${prefix}:{${subject}}`;
  return {
    /** A sorted set of the subject's session ids, with the times at which their records expire. */
    index: `${base}:u`,
    /** A sorted set of the same ids, with the times of their last use in microseconds. */
    order: `${base}:o`,
    /** The subject's cut-off, and the sessions that ended with it: see `redis-script-endings.ts`. */
    cutOff: `${base}:c`,
    session: (sid: string) => `${base}:s:${sid}`,
    /** The value of a denied `jti` is `1`, or its note. */
    denied: (jti: string) => `${base}:j:${jti}`,
    /** A sorted set with the ends of the keys that hold notes: `e:` and a session that ended, or `j:` and a denied `jti`. */
    notes: `${base}:n`,
    noted: (end: string) => `${base}:${end}`,
  };
}

/**
 * The keys that each script about sessions uses. While the slot of a subject moves to another node of a cluster, the node refuses a
 * script before it runs if one of its keys is not there. It stops a script in the middle at a key that was not declared.
 */
export function indexKeys({ index, order, cutOff }: ReturnType<typeof subjectKeys>): string[] {
  return [index, order, cutOff];
}

/** The channel on which the scripts publish the subjects that they change. It has no key, so clients add no prefix. */
export function changesChannel(prefix: string): string {
  return `${prefix}:changes`;
}

/** A key that shows whether a server has lost its data. The names are in different slots of a cluster. */
export function markerKey(prefix: string, name: number): string {
  return `${prefix}:{${name}}:marker`;
}

/** A key that is written before the store waits for replicas. The braces let no process forget what it remembers of a subject. */
export function fenceKey(prefix: string): string {
  return `${prefix}:{replicas}:fence`;
}
