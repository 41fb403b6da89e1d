import { isTokenLocation, TOKEN_LOCATIONS, type TokenLocation } from '../types/requirement.js';
import { isToken, show, type OptionReader } from './option-reader.js';
import type { HeaderSettings, Settings } from './settings.js';

/** Where tokens are looked for, and under which names. */
export function resolveLocations(
  options: OptionReader,
): Pick<Settings, 'tokenLocations' | 'header' | 'queryString' | 'json'> {
  const query = options.section('queryString', ['name', 'valuePrefix']);
  const json = options.section('json', ['accessKey', 'refreshKey']);
  return {
    tokenLocations: readTokenLocations(options),
    header: readHeader(options.section('header', ['name', 'type', 'caseInsensitive'])),
    queryString: Object.freeze({
      name: query.text('name', 'jwt'),
      valuePrefix: query.text('valuePrefix', '', { mayBeEmpty: true }),
    }),
    json: Object.freeze({
      accessKey: json.text('accessKey', 'access_token'),
      refreshKey: json.text('refreshKey', 'refresh_token'),
    }),
  };
}

function readTokenLocations(options: OptionReader): readonly TokenLocation[] {
  const given = options.raw('tokenLocation') ?? 'headers';
  const locations: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (locations.length === 0 || !locations.every(isTokenLocation)) {
    options.refuse(
      'tokenLocation',
      `must be one of ${TOKEN_LOCATIONS.join(', ')}, or a list of them; it is ${show(given)}.`,
    );
  }
  return Object.freeze([...(locations as TokenLocation[])]);
}

function readHeader(header: OptionReader): HeaderSettings {
  const type = header.text('type', 'Bearer', { mayBeEmpty: true });
  if (type !== '' && !isToken(type)) {
    header.refuse('type', `must be one word, or '' for a header that holds the token alone; it is ${show(type)}.`);
  }
  const name = header.token('name', 'Authorization');
  return Object.freeze({
    name,
    field: name.toLowerCase(),
    type,
    caseInsensitive: header.flag('caseInsensitive', false),
  });
}
