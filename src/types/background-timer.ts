/** A timer that does not keep the process alive. In jsdom a timer is a number, without `unref()`. */
export function backgroundTimer(run: () => void, milliseconds: number): NodeJS.Timeout {
  const timer = setTimeout(run, milliseconds);
  (timer as Partial<NodeJS.Timeout>).unref?.();
  return timer;
}
