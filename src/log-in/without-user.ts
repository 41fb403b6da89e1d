/** How deeply a body is searched. */
const DEPTH = 4;

/**
 * The body that a callback returned. Refuses a body with the user object itself: an entity of an ORM has columns, such as the
 * hash of the password, that the caller must not see.
 */
export function withoutUser(body: unknown, user: unknown, name: string): unknown {
  if (typeof user !== 'object' || user === null || !contains(body, user, DEPTH)) return body;
  throw new TypeError(
    `${name} of JwtAuthModule returned the user object itself, with all its members. Write those that the caller may see: ` +
      '({ id: user.id, name: user.name }).',
  );
}

function contains(value: unknown, user: object, depth: number): boolean {
  if (value === user) return true;
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  return Object.values(value).some((member) => contains(member, user, depth - 1));
}
