const MOST = 50;
const SECRET_FIELDS = ['password'];

/** Explanations of refusals, by their code. */
const EXPLANATIONS = {
  JWT_CSRF:
    'The request has the cookie but no CSRF value, or the value of another token. It may come from a form on another site.',
  JWT_NOT_FRESH: 'The token came from a refresh. This route needs a token from a log-in with the password.',
  JWT_EXPIRED: 'The lifetime of the token is over. A refresh sets a new one.',
  JWT_REVOKED: 'The session has ended, or the refresh token was used before.',
  JWT_INSUFFICIENT_SCOPE: 'The token does not have the role that this route needs.',
  JWT_BAD_CREDENTIALS: 'An unknown user and a wrong password get this answer after the same time.',
};

/** Why the server refused a request, for people. */
export function reasonOf({ code, message }) {
  return EXPLANATIONS[code] ?? message;
}

/** Shows each request and its response, the latest first. It inserts text only, never markup. */
export class Log {
  constructor(list, latest, emptyNotice) {
    this.list = list;
    this.latest = latest;
    this.emptyNotice = emptyNotice;
  }

  add(exchange) {
    const entry = entryOf(exchange);
    // A successful GET stays closed, so that it does not hide the user's last action.
    entry.open = exchange.request.method !== 'GET' || !exchange.succeeded || this.list.children.length === 0;
    if (entry.open) {
      for (const details of this.list.querySelectorAll('details')) details.open = false;
      this.latest.replaceChildren(...lineOf(exchange));
    }
    this.list.prepend(element('li', {}, entry));
    while (this.list.children.length > MOST) this.list.lastElementChild.remove();
    this.#showWhetherEmpty();
  }

  clear() {
    this.list.replaceChildren();
    this.#showWhetherEmpty();
  }

  #showWhetherEmpty() {
    const isEmpty = this.list.children.length === 0;
    this.emptyNotice.hidden = !isEmpty;
    this.latest.hidden = isEmpty;
  }
}

/** An exchange in one line. */
function lineOf({ request: { method, path }, status, succeeded, milliseconds }) {
  return [
    element('span', { className: `method ${method.toLowerCase()}` }, method),
    element('span', { className: 'path' }, path),
    element('span', { className: 'time' }, `${Math.max(1, Math.round(milliseconds))} ms`),
    element('span', { className: `code ${succeeded ? 'good' : 'bad'}` }, String(status)),
  ];
}

function entryOf(exchange) {
  const { request } = exchange;
  const explanation = EXPLANATIONS[exchange.code];
  return element('details', {}, [
    element('summary', {}, lineOf(exchange)),
    ...(explanation === undefined ? [] : [element('p', { className: 'explanation' }, explanation)]),
    block('Request', requestText(request)),
    block('Response', responseText(exchange)),
  ]);
}

function requestText({ method, path, headers, body }) {
  const lines = [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  lines.push('Cookie: (added by the browser)');
  if (body !== undefined) lines.push('', JSON.stringify(masked(body), null, 2));
  return lines.join('\n');
}

function responseText({ status, statusText, challenge, changedCookies, body }) {
  const lines = [`${status} ${statusText}`];
  if (challenge !== null) lines.push(`WWW-Authenticate: ${challenge}`);
  if (changedCookies.length > 0)
    lines.push(`Set-Cookie: (${changedCookies.join(', ')}, and cookies that scripts cannot read)`);
  lines.push('', typeof body === 'string' ? body : JSON.stringify(body, null, 2));
  return lines.join('\n');
}

function masked(body) {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, SECRET_FIELDS.includes(name) ? '••••••••' : value]),
  );
}

function block(title, text) {
  return element('div', { className: 'block' }, [element('h3', {}, title), element('pre', {}, text)]);
}

/** An element of the page; strings become text, never markup. */
export function element(name, properties, content = []) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...[content].flat());
  return created;
}
