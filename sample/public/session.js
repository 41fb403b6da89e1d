const REFRESH_PROOF = { proof: 'csrf_refresh_token' };

/** Refusals that say nothing against the session itself. */
const OF_THE_REQUEST = ['Missing CSRF token', 'CSRF double submit tokens do not match', 'Fresh token required'];

/** Who is signed in. Tabs share their cookies, so what one of them does to the session the others are told. */
export class Session {
  user = null;
  fresh = false;
  expires = null;
  #channel = new BroadcastChannel('session');

  constructor(client, onChange) {
    this.client = client;
    this.onChange = onChange;
    this.#channel.addEventListener('message', () => this.load());
  }

  /** Asks who it is; with an expired access token, once more after a refresh. */
  async load() {
    let exchange = await this.client.send('GET', '/auth/session');
    if (exchange.status === 401) {
      await this.client.send('POST', '/auth/session/refresh', REFRESH_PROOF);
      exchange = await this.client.send('GET', '/auth/session');
    }
    const { user = null, fresh = false, expires = null } = exchange.succeeded ? exchange.body : {};
    Object.assign(this, { user, fresh, expires: expires && new Date(expires) });
    this.onChange(this);
  }

  signIn(username, password) {
    return this.#change('POST', '/auth/session', { body: { username, password }, proof: null });
  }

  confirm(password) {
    return this.#change('POST', '/auth/session/confirm', { body: { password } });
  }

  refresh() {
    return this.#change('POST', '/auth/session/refresh', REFRESH_PROOF);
  }

  signOutEverywhere() {
    return this.#change('DELETE', '/auth/sessions');
  }

  signOut() {
    return this.#change('DELETE', '/auth/session', REFRESH_PROOF);
  }

  /** A request for what only those who are signed in may have; an expired token is refreshed, once. */
  async send(method, path, options) {
    const exchange = await this.client.send(method, path, options);
    if (exchange.is(401, 'Token has expired')) {
      await this.refresh();
      return this.user === null ? exchange : this.client.send(method, path, options);
    }
    const isSignedOut = exchange.status === 401 && !OF_THE_REQUEST.includes(exchange.message);
    // The server renews a token that expires soon by itself; that shows in the cookie of its double submit value.
    const isRenewed = exchange.changedCookies.includes('csrf_access_token');
    if (isSignedOut || isRenewed) await this.load();
    return exchange;
  }

  async #change(method, path, options) {
    const exchange = await this.client.send(method, path, options);
    await this.load();
    this.#channel.postMessage('changed');
    return exchange;
  }
}
