import { Client, visibleCookies } from './client.js';
import { deviceName } from './device.js';
import { Live } from './live.js';
import { element, Log, reasonOf } from './log.js';
import { Session } from './session.js';

const byId = (id) => document.getElementById(id);
const valueOf = (form, name) => form.elements.namedItem(name).value;

const log = new Log(byId('log'), byId('latest'), byId('log-empty'));
const client = new Client((exchange) => {
  log.add(exchange);
  showCookies();
});
const session = new Session(client, showSession);

const live = new Live({ onChange: showConnection, onNotes: showNoteTexts, onEnd: connectionEnded });

/** The parts of the page for a logged-out user, and for a logged-in one. */
const LOG_IN = 'log-in';
const ACCOUNT = ['account', 'notes', 'password', 'sessions', 'administration'];

let shownUser;

const isInside = (ids, node) => ids.some((id) => byId(id).contains(node));

/** The part of the page with the focus is hidden after a log-in or log-out, so the focus goes to the next part. */
function moveFocus(loggedIn) {
  const target = loggedIn ? byId('account-name') : byId('log-in-form').elements.namedItem('username');
  target.focus();
}

/** Shows the parts of the page for a logged-in user, or for a logged-out one. */
async function showSession({ user, fresh }) {
  const loggedIn = user !== null;
  const isFocusLost = isInside(loggedIn ? [LOG_IN] : ACCOUNT, document.activeElement);
  byId(LOG_IN).hidden = loggedIn;
  for (const id of ACCOUNT) byId(id).hidden = !loggedIn;
  byId('status').textContent = loggedIn ? `Logged in as ${user.username}` : 'Logged out';
  byId('status').classList.toggle('in', loggedIn);
  if (!loggedIn && byId('confirm').open) byId('confirm').close();
  if (loggedIn) {
    byId('account-name').textContent = user.username;
    byId('account-initial').textContent = user.username.slice(0, 1).toUpperCase();
    byId('account-role').textContent = user.role === 'admin' ? 'Administrator' : 'User';
    byId('account-fresh').textContent = fresh ? 'fresh' : 'not fresh';
    byId('account-fresh').className = `chip ${fresh ? 'good' : 'stale'}`;
    for (const id of ['password-form', 'confirm-form']) byId(id).elements.namedItem('username').value = user.username;
    showRemaining();
  }
  if (isFocusLost) moveFocus(loggedIn);
  const isOtherUser = user?.id !== shownUser;
  if (isOtherUser) showUsers(null);
  shownUser = user?.id;
  if (loggedIn && isOtherUser) {
    // After log-out the card stays, with the reasons for which the server has ended the connections.
    byId('live').hidden = false;
    live.reopen();
    showNotes(await session.send('GET', '/notes'));
    await loadSessions();
  }
}

async function loadSessions() {
  const exchange = await session.send('GET', '/auth/sessions');
  if (exchange.succeeded) byId('session-list').replaceChildren(...exchange.body.map(sessionItem));
}

function sessionItem({ sid, device, lastUsedAt, current }) {
  const used = new Date(lastUsedAt).toLocaleTimeString();
  const about = element('span', { className: 'value', title: device ?? '' }, `${deviceName(device)} · ${used}`);
  if (current) return element('li', {}, [about, element('span', { className: 'chip good' }, 'this one')]);
  const end = element('button', { type: 'button', className: 'quiet', ariaLabel: `End ${about.textContent}` }, 'End');
  end.addEventListener('click', async () => {
    sayAbout(await session.send('DELETE', `/auth/sessions/${encodeURIComponent(sid)}`));
    await loadSessions();
    // The row with the button is gone.
    if (session.user !== null) byId('sessions-title').focus();
  });
  return element('li', {}, [about, end]);
}

/** Shows the users, or why the server does not list them. `null` shows neither. */
function showUsers(exchange) {
  const users = exchange?.succeeded ? exchange.body : [];
  const rows = users.map(({ username, role }) =>
    element('li', {}, [
      element('span', { className: 'value' }, username),
      element('span', { className: 'chip' }, role),
    ]),
  );
  byId('user-list').replaceChildren(...rows);
  byId('user-list').hidden = rows.length === 0;
  byId('administration-error').textContent = exchange && !exchange.succeeded ? reasonOf(exchange) : '';
}

function showRemaining() {
  if (session.expires === null) return;
  const seconds = Math.max(0, Math.round((session.expires - Date.now()) / 1000));
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  byId('account-expires').textContent = seconds === 0 ? 'has expired' : `expires in ${text}`;
}

function showNotes(exchange) {
  if (exchange.succeeded) showNoteTexts(exchange.body);
}

function showNoteTexts(texts) {
  const notes = texts.map((text) => element('li', {}, text));
  byId('note-list').replaceChildren(...(notes.length > 0 ? notes : [element('li', { className: 'none' }, 'None yet')]));
}

/** Shows the state of a live connection. */
function showConnection(name, { isOpen, text }) {
  const chip = element('span', { className: `chip ${isOpen ? 'good' : 'stale'}` }, text);
  const row = element('li', { id: `live ${name}` }, [element('span', { className: 'value' }, name), chip]);
  const shown = document.getElementById(row.id);
  if (shown === null) byId('live-list').append(row);
  else shown.replaceWith(row);
}

/** After an expired token, the page refreshes and opens the connections again. */
async function connectionEnded(code) {
  await session.load();
  if (code === 'JWT_EXPIRED' && session.user !== null) live.reopen();
}

function showCookies() {
  const cookies = Object.entries(visibleCookies()).map(([name, value]) =>
    element('li', {}, [element('code', {}, name), element('span', { className: 'value' }, value)]),
  );
  byId('cookie-list').replaceChildren(
    ...(cookies.length > 0 ? cookies : [element('li', { className: 'none' }, 'None')]),
  );
}

let hideToast;

function say(message, succeeded = false) {
  const toast = byId('toast');
  toast.textContent = message;
  toast.classList.toggle('good', succeeded);
  clearTimeout(hideToast);
  hideToast = setTimeout(hush, 4_000);
}

const hush = () => (byId('toast').textContent = '');

const sayAbout = (exchange) => say(exchange.message, exchange.succeeded);

/** Says in a form why its password is refused, and moves the focus to the password. `null` removes the message. */
function showPasswordError(form, message) {
  const field = form.elements.namedItem('password');
  byId(field.getAttribute('aria-describedby')).textContent = message ?? '';
  field.ariaInvalid = message === null ? null : 'true';
  if (message === null) return;
  field.focus();
  field.select();
}

/** Runs `work` on an event. Until it is done, the button does nothing. It keeps the focus, unlike a disabled one. */
function on(id, event, work) {
  byId(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    const button = happened.submitter ?? happened.currentTarget;
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    try {
      await work(byId(id));
    } catch {
      say('The server cannot be reached.');
    } finally {
      button.ariaDisabled = null;
    }
  });
}

on('log-in-form', 'submit', async (form) => {
  showPasswordError(form, null);
  const exchange = await session.logIn(valueOf(form, 'username'), valueOf(form, 'password'));
  if (!exchange.succeeded) return showPasswordError(form, exchange.message);
  sayAbout(exchange);
  moveFocus(true);
});

on('refresh', 'click', async () => sayAbout(await session.refresh()));

on('log-out-everywhere', 'click', async () => sayAbout(await session.logOutEverywhere()));

on('log-out', 'click', async () => sayAbout(await session.logOut()));

on('list-users', 'click', async () => showUsers(await session.send('GET', '/admin/users')));

on('note-form', 'submit', async (form) => {
  const proof = byId('with-csrf').checked ? undefined : null;
  const exchange = await session.send('POST', '/notes', { body: { text: valueOf(form, 'text') }, proof });
  if (!exchange.succeeded) return sayAbout(exchange);
  showNotes(exchange);
  form.reset();
});

on('password-form', 'submit', changePassword);

/** If the token is not fresh, the page asks for the current password and tries once more. */
async function changePassword(form, isRetry = false) {
  const body = { password: valueOf(form, 'password') };
  const exchange = await session.send('POST', '/profile/password', { body });
  if (exchange.code === 'JWT_NOT_FRESH' && !isRetry) {
    showPasswordError(byId('confirm-form'), null);
    hush();
    byId('confirm').showModal();
    return;
  }
  sayAbout(exchange);
  if (exchange.succeeded) form.reset();
}

on('confirm-form', 'submit', async (form) => {
  const exchange = await session.confirm(valueOf(form, 'password'));
  if (!exchange.succeeded) return showPasswordError(form, exchange.message);
  byId('confirm').close();
  await changePassword(byId('password-form'), true);
});

byId('confirm').addEventListener('close', () => byId('confirm-form').reset());
on('confirm-cancel', 'click', async () => byId('confirm').close());
on('clear-log', 'click', async () => log.clear());

setInterval(showRemaining, 1_000);
showCookies();
session.load().catch(() => say('The server cannot be reached.'));
