const UNSAFE_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** The cookies that scripts can see, by name. Of several cookies with one name and different values none counts. */
export function visibleCookies() {
  const pairs = [...new Set(document.cookie.split('; '))].filter((pair) => pair !== '').sort();
  const names = pairs.map((pair) => pair.slice(0, pair.indexOf('=')));
  const single = pairs.filter((_, index) => names.indexOf(names[index]) === names.lastIndexOf(names[index]));
  return Object.fromEntries(
    single.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** A request and its response. It has only the parts that a script can read. */
export class Exchange {
  constructor(request, response, body, { before, after, milliseconds }) {
    this.request = request;
    this.status = response.status;
    this.statusText = response.statusText;
    this.body = body;
    this.challenge = response.headers.get('www-authenticate');
    this.changedCookies = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (name) => before[name] !== after[name],
    );
    this.milliseconds = milliseconds;
  }

  get succeeded() {
    return this.status < 300;
  }

  /** Why the server refused the request. The code stays the same; the message is for people and can change. */
  get code() {
    return this.body?.code ?? null;
  }

  /** The message of the server. */
  get message() {
    return this.body?.msg ?? this.body?.message ?? `The server answered ${this.status}`;
  }
}

/**
 * Sends requests. The browser adds the cookies with the tokens. The client reads the double submit value for each
 * request, because every response can set a new one.
 */
export class Client {
  constructor(onExchange) {
    this.onExchange = onExchange;
  }

  /**
   * `proof` names the cookie whose value is sent in X-CSRF-TOKEN: the one of the access token or of the refresh token.
   * With `null` the header is not sent.
   */
  async send(method, path, { body, proof = 'csrf_access_token' } = {}) {
    const headers = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const before = visibleCookies();
    if (UNSAFE_METHODS.includes(method) && before[proof]) headers['X-CSRF-TOKEN'] = decodeURIComponent(before[proof]);
    const request = { method, path, headers, body };
    const start = performance.now();
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const answer = await readJson(response);
    const milliseconds = performance.now() - start;
    const exchange = new Exchange(request, response, answer, { before, after: visibleCookies(), milliseconds });
    this.onExchange(exchange);
    return exchange;
  }
}

async function readJson(response) {
  const text = await response.text();
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
