/** The header of a token, where the receiver does not have the default one. */
export interface WithTokenOptions {
  /**
   * The name of the header: the option `header.name` of the receiver.
   * @default 'authorization'
   */
  header?: string | undefined;
  /**
   * The scheme before the token: the option `header.type` of the receiver. Empty for the token alone.
   * @default 'Bearer'
   */
  type?: string | undefined;
}

/** A header with a token. */
export interface Credential {
  readonly name: string;
  readonly value: string;
}

/** A token (RFC 9110 s.5.6.2): the form of header names and schemes. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws TypeError for a value that is not a token, and for a wrong option. The message does not contain the value. */
export function credentialOf(token: string, options: WithTokenOptions = {}): Credential {
  // Only these characters, because a line break would add a header.
  if (typeof token !== 'string' || !/^[\w\-.=]+$/.test(token)) {
    throw new TypeError('withToken() needs a token, such as the result of createAccessToken().');
  }
  const unknown = Object.keys(options).find((name) => name !== 'header' && name !== 'type');
  if (unknown !== undefined) throw new TypeError(`withToken() has no option "${unknown}". Known: header, type.`);
  const { header = 'authorization', type = 'Bearer' } = options;
  if (typeof header !== 'string' || !NAME.test(header)) {
    throw new TypeError('The option header of withToken() must be the name of a header.');
  }
  if (typeof type !== 'string' || !(type === '' || NAME.test(type))) {
    throw new TypeError('The option type of withToken() must be a scheme, such as "Bearer", or an empty string.');
  }
  // The metadata of gRPC and most brokers has names in lower case.
  return { name: header.toLowerCase(), value: type === '' ? token : `${type} ${token}` };
}

/** The same members with the header. It replaces a header whose name differs only in its case: two tokens would be refused. */
export function withHeader<Value>(
  headers: Readonly<Record<string, Value>> | undefined,
  { name, value }: Credential,
): Record<string, Value | string> {
  const others = Object.entries(headers ?? {}).filter(([other]) => other.toLowerCase() !== name);
  return Object.fromEntries<Value | string>([...others, [name, value]]);
}
