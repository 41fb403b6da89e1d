// A rotation as an application writes it without this library: one compare-and-set of the current token, by the same driver.
const CREATE = `CREATE TABLE by_hand (sid VARCHAR(64) PRIMARY KEY, current_token VARCHAR(36), parent_token VARCHAR(36),
  csrf VARCHAR(36), rotated_at DOUBLE PRECISION, token_issued DOUBLE PRECISION, token_expires DOUBLE PRECISION,
  used_at DOUBLE PRECISION, expires_at DOUBLE PRECISION)`;

const NEXT = [
  'current_token',
  'parent_token',
  'csrf',
  'rotated_at',
  'token_issued',
  'token_expires',
  'used_at',
  'expires_at',
];

const SCRIPT = `
if redis.call('HGET', KEYS[1], 'current_token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ${NEXT.map((column, index) => `'${column}', ARGV[${index + 2}]`).join(', ')})
redis.call('PEXPIREAT', KEYS[1], ARGV[9])
redis.call('ZADD', KEYS[2], ARGV[8], ARGV[10])
redis.call('PEXPIREAT', KEYS[2], ARGV[9])
return 1`;

/** The values of `NEXT`. */
function nextValues(presentedId, { id, csrf, issuedAt, lifetime }) {
  const now = Date.now();
  const expires = issuedAt + lifetime;
  return [id, presentedId, csrf, now, issuedAt, expires, now, expires * 1000];
}

/** `placeholder(position)` is the text of a parameter; `changedRows` reads the result of the driver. */
export function sqlByHand({ query, placeholder, changedRows, returning }) {
  const list = NEXT.map((_, index) => placeholder(index + 1));
  const assignments = NEXT.map((column, index) => `${column} = ${list[index]}`).join(', ');
  const insert = `INSERT INTO by_hand (${NEXT.join(', ')}, sid) VALUES (${list.join(', ')}, ${placeholder(9)}) ${returning}`;
  const update = `UPDATE by_hand SET ${assignments} WHERE sid = ${placeholder(9)} AND current_token = ${placeholder(10)} ${returning}`;
  return {
    async prepare(sessions) {
      await query(CREATE, [], 'by_hand_create');
      for (const { sid, token } of sessions) await query(insert, [...nextValues(null, token), sid], 'by_hand_insert');
    },
    async rotate(sid, presentedId, successor) {
      const params = [...nextValues(presentedId, successor), sid, presentedId];
      return changedRows(await query(update, params, 'by_hand_rotate')) === 1;
    },
  };
}

/** `send(command)` sends the words of a command. A sorted set has the user's sessions, as the column `used_at` has in SQL. */
export function redisByHand(send) {
  let sha1;
  const key = (sid) => `by-hand:${sid}`;
  return {
    async prepare(sessions) {
      sha1 = await send(['SCRIPT', 'LOAD', SCRIPT]);
      for (const { sid, token } of sessions) await send(['HSET', key(sid), 'current_token', token.id]);
    },
    async rotate(sid, presentedId, successor) {
      const [subject] = sid.split('.');
      const values = nextValues(presentedId, successor).map(String);
      return (await send(['EVALSHA', sha1, '2', key(sid), `by-hand:${subject}`, presentedId, ...values, sid])) === 1;
    },
  };
}
