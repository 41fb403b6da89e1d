const MOST = 50;
const SECRET_FIELDS = ['password'];

/** What an answer means, for those who see it for the first time. */
const EXPLANATIONS = {
  'Missing CSRF token':
    'The cookie came, but nothing proved that this page sent the request. A form on another site could have done the same.',
  'CSRF double submit tokens do not match': 'The header holds the value of another token.',
  'Fresh token required': 'The token came from a refresh. What matters asks for one that came from a password.',
  'Token has expired': 'Its time is over; the refresh token gets the next one.',
  'Token has been revoked': 'It was used for a sign-out, or for a refresh before.',
};

/** Shows each request and its answer, the latest first. Everything goes in as text. */
export class Log {
  constructor(list, latest, emptyNotice) {
    this.list = list;
    this.latest = latest;
    this.emptyNotice = emptyNotice;
  }

  add(exchange) {
    const entry = entryOf(exchange);
    // What only asks who is signed in does not push what somebody did out of sight.
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
  const explanation = EXPLANATIONS[exchange.message];
  return element('details', {}, [
    element('summary', {}, lineOf(exchange)),
    ...(explanation === undefined ? [] : [element('p', { className: 'explanation' }, explanation)]),
    block('Request', requestText(request)),
    block('Answer', answerText(exchange)),
  ]);
}

function requestText({ method, path, headers, body }) {
  const lines = [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  lines.push('Cookie: (added by the browser)');
  if (body !== undefined) lines.push('', JSON.stringify(masked(body), null, 2));
  return lines.join('\n');
}

function answerText({ status, statusText, challenge, changedCookies, body }) {
  const lines = [`${status} ${statusText}`];
  if (challenge !== null) lines.push(`WWW-Authenticate: ${challenge}`);
  if (changedCookies.length > 0) lines.push(`Set-Cookie: (${changedCookies.join(', ')}, and what scripts cannot see)`);
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
