// The order matters: the User-Agent of each browser also contains the names after it.
const BROWSERS = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' };
const SYSTEMS = {
  iPhone: 'iPhone',
  iPad: 'iPad',
  Android: 'Android',
  Windows: 'Windows',
  CrOS: 'ChromeOS',
  'Mac OS X': 'macOS',
  Linux: 'Linux',
};

/** The name of a device by its `User-Agent`, such as Firefox on Linux. Unknown programs keep their `User-Agent`. */
export function deviceName(userAgent) {
  const among = (names) => Object.keys(names).find((name) => userAgent?.includes(name));
  const [browser, system] = [among(BROWSERS), among(SYSTEMS)];
  if (browser === undefined || system === undefined) return userAgent ?? 'Unknown device';
  return `${BROWSERS[browser]} on ${SYSTEMS[system]}`;
}
