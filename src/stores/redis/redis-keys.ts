/** The names of what is kept about one subject. The braces are a hash tag: a cluster keeps all of it in one slot. */
export function subjectKeys(prefix: string, subject: string) {
  const base = `${prefix}:{${subject}}`;
  return {
    /** A sorted set of the ids of its sessions, by the time at which their records go. */
    index: `${base}:u`,
    /** The time up to which tokens without session are refused. */
    cutOff: `${base}:c`,
    session: (sid: string) => `${base}:s:${sid}`,
    denied: (jti: string) => `${base}:j:${jti}`,
  };
}
