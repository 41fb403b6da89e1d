const REFRESH_PROOF = { proof: 'csrf_refresh_token' };

/** Refusals of a request whose session is still valid. */
const SESSION_IS_VALID = ['JWT_CSRF', 'JWT_NOT_FRESH'];

/** The session of the current user. Tabs share their cookies, so a tab notifies the others when it changes the session. */
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

  /** Loads the current user. If the access token has expired, it refreshes and tries once more. */
  async load() {
    let exchange = await this.client.send('GET', '/auth/session');
    if (exchange.status === 401) {
      const refreshed = await this.client.send('POST', '/auth/session/refresh', REFRESH_PROOF);
      if (refreshed.succeeded) exchange = await this.client.send('GET', '/auth/session');
    }
    const { user = null, fresh = false, expires = null } = exchange.succeeded ? exchange.body : {};
    Object.assign(this, { user, fresh, expires: expires && new Date(expires) });
    this.onChange(this);
  }

  logIn(username, password) {
    return this.#change('POST', '/auth/session', { body: { username, password }, proof: null });
  }

  confirm(password) {
    return this.#change('POST', '/auth/session/confirm', { body: { password } });
  }

  refresh() {
    return this.#change('POST', '/auth/session/refresh', REFRESH_PROOF);
  }

  logOutEverywhere() {
    return this.#change('DELETE', '/auth/session/logout-everywhere');
  }

  logOut() {
    return this.#change('DELETE', '/auth/session', REFRESH_PROOF);
  }

  /** Sends a request to a protected route. If the token has expired, it refreshes and tries once more. */
  async send(method, path, options) {
    const exchange = await this.client.send(method, path, options);
    if (exchange.code === 'JWT_EXPIRED') {
      await this.refresh();
      return this.user === null ? exchange : this.client.send(method, path, options);
    }
    const isLoggedOut = exchange.status === 401 && !SESSION_IS_VALID.includes(exchange.code);
    // Implicit refresh changes the CSRF cookie, which scripts can read. So the page knows that its token was renewed.
    const isRenewed = exchange.changedCookies.includes('csrf_access_token');
    if (isLoggedOut || isRenewed) await this.load();
    return exchange;
  }

  async #change(method, path, options) {
    const exchange = await this.client.send(method, path, options);
    await this.load();
    this.#channel.postMessage('changed');
    return exchange;
  }
}
