import { randomBytes, randomUUID } from 'node:crypto';
import type {
  CurrentRefreshToken,
  OpenSession,
  PresentedRefreshToken,
  RevocationStore,
} from 'nestjs-jwt-extended/store';

export const HOUR = 3_600_000;

/** A deadline that no test reaches. */
export const inTime = () => Date.now() + HOUR;

const randomId = () => randomBytes(16).toString('base64url');

/** The subject that the library computes from an identity. */
export const newSubject = randomId;

export const newSid = (subject: string) => `${subject}.${randomId()}`;

/** A refresh token with a lifetime of so many seconds. */
export const newToken = (lifetime: number | null = 3600): CurrentRefreshToken => ({
  id: randomUUID(),
  issuedAt: 1_700_000_000,
  csrf: null,
  lifetime,
});

/** A session that a test has opened. */
export interface OpenedSession {
  readonly subject: string;
  readonly sid: string;
  /** The `jti` of its refresh token. */
  readonly id: string;
}

export function sessionToOpen(changes: Partial<OpenSession> = {}): OpenSession {
  const { subject = newSubject() } = changes;
  const defaults = { sid: newSid(subject), token: newToken(), device: null, maxPerSubject: null, existing: false };
  return { ...defaults, maxAge: null, leeway: 0, ...changes, subject };
}

/** Opens a session. */
export async function openSession(store: RevocationStore, changes: Partial<OpenSession> = {}): Promise<OpenedSession> {
  const open = sessionToOpen(changes);
  const { outcome } = await store.openSession(open, inTime());
  if (outcome !== 'opened') throw new Error(`The session was not opened: ${outcome}`);
  return { subject: open.subject, sid: open.sid, id: open.token.id };
}

/** The refresh token of a session, presented for rotation. */
export const tokenOf = (
  { subject, sid, id }: OpenedSession,
  changes: Partial<PresentedRefreshToken> = {},
): PresentedRefreshToken => ({
  subject,
  sid,
  presentedId: id,
  successor: newToken(),
  grace: 60_000,
  adopt: null,
  maxAge: null,
  leeway: 0,
  ...changes,
});

/** A refresh token without session, presented for adoption. */
export const foreignToken = (subject: string, issuedAt = 1_700_000_000): PresentedRefreshToken =>
  tokenOf(
    { subject, sid: newSid(subject), id: randomUUID() },
    { adopt: { denyFor: HOUR, issuedAt, maxPerSubject: null } },
  );

/** The session of an answer, or `null`. */
export function sessionIn(answer: { readonly outcome: string }) {
  return 'session' in answer ? (answer.session as { readonly currentId: string; readonly sid: string }) : null;
}
