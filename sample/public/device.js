// The first that is found counts: each names the ones after it as well.
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

/** What people call the browser of a `User-Agent`, such as Firefox on Linux; other programs by their own words. */
export function deviceName(userAgent) {
  const among = (names) => Object.keys(names).find((name) => userAgent?.includes(name));
  const [browser, system] = [among(BROWSERS), among(SYSTEMS)];
  if (browser === undefined || system === undefined) return userAgent ?? 'Unknown device';
  return `${BROWSERS[browser]} on ${SYSTEMS[system]}`;
}
