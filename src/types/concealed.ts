/** Node's `util.inspect.custom`, which is this symbol in every runtime. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes an object print as its name: `console.log()`, `util.inspect()` and `JSON.stringify()` show neither its fields nor
 * the objects behind them. For objects that lead to tokens, claims or passwords.
 */
export function conceal<T extends object>(target: T, name: string): T {
  const value = () => `[${name}]`;
  Object.defineProperty(target, INSPECT, { value });
  Object.defineProperty(target, 'toJSON', { value });
  return target;
}

/** The same for all instances of a class. */
export function Concealed(): ClassDecorator {
  return (target) => {
    conceal(target.prototype as object, target.name);
  };
}
