import type { Settings } from '../options/settings.js';
import type { TokenType } from '../types/claims.js';
import type { ChangeableDocument, SecurityScheme } from './document.js';

/** What a scheme of this library holds. */
export type SchemeRole = 'headers' | 'cookies' | 'csrf' | 'query_string';

/** The ids of our schemes. Those for refresh tokens end with `-refresh`. */
const IDS: Readonly<Record<SchemeRole, string>> = {
  headers: 'bearer',
  cookies: 'jwt-cookie',
  csrf: 'jwt-csrf',
  query_string: 'jwt-query',
};

const REFRESH = 'refresh';

/** The security schemes of a document. A scheme of the application that says the same is used in place of a new one. */
export class Schemes {
  constructor(
    private readonly document: ChangeableDocument,
    private readonly settings: Settings,
  ) {}

  /** The id of a scheme in the document, which it adds if there is none. */
  idOf(role: SchemeRole, kind: TokenType): string {
    const wanted = this.schemeOf(role, kind);
    const known = this.known;
    const equal = Object.keys(known).find((id) => isSame(known[id], wanted) && isForRefresh(id) === (kind === REFRESH));
    if (equal !== undefined) return equal;
    const id = unusedId(kind === REFRESH ? `${IDS[role]}-${REFRESH}` : IDS[role], known);
    const components = (this.document.components ??= {});
    components.securitySchemes = { ...known, [id]: wanted };
    return id;
  }

  /** Whether a scheme says where a token or its double submit value is. A name without a scheme counts if it is one of ours. */
  isForTokens(id: string): boolean {
    const scheme = this.known[id];
    if (scheme === undefined) return Object.values(IDS).some((own) => id === own || id === `${own}-${REFRESH}`);
    const roles = Object.keys(IDS) as SchemeRole[];
    return roles.some(
      (role) => isSame(scheme, this.schemeOf(role, 'access')) || isSame(scheme, this.schemeOf(role, REFRESH)),
    );
  }

  /** Whether a scheme can also be another description of the same tokens, as OAuth 2.0 is. */
  isLikeTokens(id: string): boolean {
    const type = this.known[id]?.type;
    return this.isForTokens(id) || type === 'oauth2' || type === 'openIdConnect' || isBearer(this.known[id]);
  }

  private get known(): Readonly<Record<string, SecurityScheme>> {
    return this.document.components?.securitySchemes ?? {};
  }

  private schemeOf(role: SchemeRole, kind: TokenType): SecurityScheme {
    const { header, cookies, csrf, queryString } = this.settings;
    const token = kind === REFRESH ? 'The refresh token' : 'The access token';
    if (role === 'cookies') return inKey('cookie', cookies[kind].name, `${token}.`);
    if (role === 'csrf') {
      const { headerName = '', cookieName = '' } = csrf?.[kind] ?? {};
      return inKey(
        'header',
        headerName,
        `The value of the cookie "${cookieName}", for requests with a token in a cookie.`,
      );
    }
    if (role === 'query_string') {
      const { name, valuePrefix } = queryString;
      return inKey('query', name, valuePrefix === '' ? `${token}.` : `${token}, after "${valuePrefix}".`);
    }
    if (header.field === 'authorization' && header.type.toLowerCase() === 'bearer') {
      return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: `${token}.` };
    }
    return inKey('header', header.name, header.type === '' ? `${token}.` : `${token}, after "${header.type} ".`);
  }
}

function inKey(location: string, name: string, description: string): SecurityScheme {
  return { type: 'apiKey', in: location, name, description };
}

function isSame(one: SecurityScheme | undefined, other: SecurityScheme): boolean {
  if (one?.type !== other.type) return false;
  if (other.type === 'http') return isBearer(one);
  const isEqual = (left = '', right = '') =>
    other.in === 'header' ? left.toLowerCase() === right.toLowerCase() : left === right;
  return one.in === other.in && isEqual(one.name, other.name);
}

function isBearer(scheme: SecurityScheme | undefined): boolean {
  return scheme?.type === 'http' && scheme.scheme?.toLowerCase() === 'bearer';
}

function isForRefresh(id: string): boolean {
  return id.toLowerCase().includes(REFRESH);
}

/** Another scheme of the application can have our id. */
function unusedId(id: string, known: object): string {
  return Object.hasOwn(known, id) ? unusedId(`jwt-${id}`, known) : id;
}
