// What code of an application can throw. Reading most of these values throws again.

const failing = () => {
  throw new Error('this value cannot be read');
};

function withGetters(target, names) {
  // Node writes the stack of an error when it is first read, and reads the message for it.
  void target.stack;
  for (const name of names) Object.defineProperty(target, name, { get: failing, configurable: true });
  return target;
}

const READ = ['message', 'stack', 'name', 'cause', 'code', 'status', 'statusCode', 'toString', 'toJSON', 'constructor'];

function revokedProxy(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function circular() {
  const error = new Error('circular');
  error.cause = error;
  return error;
}

class HostileError extends Error {
  get message() {
    return failing();
  }

  toString() {
    return failing();
  }

  toJSON() {
    return failing();
  }
}

/** Makes each value once more, because a reader could change it. */
export const THROWN_VALUES = {
  'an error': () => new Error('the database is down'),
  undefined: () => undefined,
  null: () => null,
  'a text': () => 'text',
  'a Symbol': () => Symbol('secret'),
  'a function': () => failing,
  'a BigInt': () => 10n,
  'an object without a prototype': () => Object.create(null),
  'an object with getters that throw': () => withGetters({}, [...READ, 'then', Symbol.toPrimitive, Symbol.toStringTag]),
  'an error with getters that throw': () => withGetters(new Error('hidden'), READ),
  'an error of a class with members that throw': () => new HostileError(),
  'an error that is its own cause': circular,
  'an error with a message that is no text': () => Object.assign(new Error('no'), { message: Object.create(null) }),
  'a frozen error': () => Object.freeze(new Error('frozen')),
  'a revoked Proxy': () => revokedProxy({}),
  'a revoked Proxy of an error': () => revokedProxy(new Error('gone')),
  'a Proxy whose traps throw': () =>
    new Proxy({}, new Proxy({}, { get: (_target, trap) => (trap === 'get' ? () => failing() : failing) })),
};
