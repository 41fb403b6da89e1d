// The entries that fill a store. Every value follows from a number, so that a measurement can name any of them.
import { hash, randomUUID } from 'node:crypto';

const DAY = 86_400_000;
const MONTH_IN_SECONDS = 30 * 86_400;

/** A note about the device, of a usual length. */
export const DEVICE = 'Firefox on Linux';

/** The columns that a row has, in the order of its values. */
export const COLUMNS = [
  'subject',
  'kind',
  'id',
  'revision',
  'keep_until',
  'current_token',
  'parent_token',
  'rotated_at',
  'token_issued',
  'token_expires',
  'csrf',
  'opened_at',
  'used_at',
  'expires_at',
  'device',
  'ordinal',
];

const digest = (text, encoding = 'base64url') => hash('sha256', text, encoding);

/** A UUID, the format of a `jti`. */
export function uuidOf(text) {
  return digest(text, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** The hash of a user. */
export function subjectOf(user) {
  return Buffer.from(digest(`text:${user}`, 'hex').slice(0, 32), 'hex').toString('base64url');
}

/** A session of a subject. Every second session has rotated its refresh token. */
export function sessionOf(subject, index, now) {
  const name = `${subject} ${index}`;
  const isRotated = index % 2 === 1;
  const openedAt = now - DAY - (index % DAY);
  const lastUsedAt = isRotated ? openedAt + 60_000 : openedAt;
  const issuedAt = Math.floor(lastUsedAt / 1000);
  return {
    sid: `${subject}.${digest(`session ${name}`).slice(0, 22)}`,
    currentId: uuidOf(`token ${name}`),
    parentId: isRotated ? uuidOf(`parent ${name}`) : null,
    rotatedAt: isRotated ? lastUsedAt : null,
    issuedAt,
    refreshExpires: issuedAt + MONTH_IN_SECONDS,
    csrf: uuidOf(`csrf ${name}`),
    openedAt,
    lastUsedAt,
    expiresAt: lastUsedAt + MONTH_IN_SECONDS * 1000,
    device: DEVICE,
  };
}

/** A denied token of a subject. */
export function denialOf(subject, index, until) {
  return { subject, jti: uuidOf(`denied ${subject} ${index}`), until };
}

/** The row of a session, as SqlRevocationStore writes it. */
export function sessionRow(subject, session) {
  const { sid, lastUsedAt, expiresAt } = session;
  return [
    subject,
    'session',
    sid,
    digest(`revision ${sid}`).slice(0, 16),
    expiresAt,
    session.currentId,
    session.parentId,
    session.rotatedAt,
    session.issuedAt,
    session.refreshExpires,
    session.csrf,
    session.openedAt,
    lastUsedAt,
    expiresAt,
    session.device,
    lastUsedAt * 1000,
  ];
}

/** The row of a denied token. */
export function denialRow({ subject, jti, until }) {
  return [subject, 'denied', digest(jti), digest(`revision ${jti}`).slice(0, 16), until, ...Array(11).fill(null)];
}

/** The refresh token that replaces another one. */
export function newToken() {
  return { id: randomUUID(), csrf: randomUUID(), issuedAt: Math.floor(Date.now() / 1000), lifetime: MONTH_IN_SECONDS };
}

/** The arguments of `openSession`. */
export function opening(subject, sid) {
  const limits = { maxAge: null, leeway: 0, maxPerSubject: 100 };
  return { subject, sid, token: newToken(), device: DEVICE, existing: false, ...limits };
}

/** The arguments of `present`. */
export function presenting(subject, { sid, currentId }, successor = newToken()) {
  return { subject, sid, presentedId: currentId, successor, grace: 10_000, adopt: null, maxAge: null, leeway: 0 };
}
