/** The keys of one subject. The braces are a hash tag, so a cluster stores all of them in one slot. */
export function subjectKeys(prefix: string, subject: string) {
  const base = `${prefix}:{${subject}}`;
  return {
    /** A sorted set of the subject's session ids, with the times at which their records expire. */
    index: `${base}:u`,
    /** The subject's cut-off. */
    cutOff: `${base}:c`,
    session: (sid: string) => `${base}:s:${sid}`,
    denied: (jti: string) => `${base}:j:${jti}`,
  };
}
