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

export const newSubject = randomId;

export const newSid = (subject: string) => `${subject}.${randomId()}`;

export const newToken = (lifetime: number | null = 3600): CurrentRefreshToken => ({
  id: randomUUID(),
  issuedAt: 1_700_000_000,
  csrf: null,
  lifetime,
});

/** A session as its tests know it. */
export interface Opened {
  readonly subject: string;
  readonly sid: string;
  /** The `jti` of its refresh token. */
  readonly id: string;
}

export const opening = (given: Partial<OpenSession> = {}): OpenSession => {
  const { subject = newSubject() } = given;
  const defaults = { sid: newSid(subject), token: newToken(), device: null, maxPerSubject: null, existing: false };
  return { ...defaults, maxAge: null, leeway: 0, ...given, subject };
};

/** Opens a session, which is what most tests begin with. */
export async function opened(store: RevocationStore, given: Partial<OpenSession> = {}): Promise<Opened> {
  const open = opening(given);
  const { outcome } = await store.openSession(open, inTime());
  if (outcome !== 'opened') throw new Error(`The session was not opened: ${outcome}`);
  return { subject: open.subject, sid: open.sid, id: open.token.id };
}

export const presenting = (
  { subject, sid, id }: Opened,
  given: Partial<PresentedRefreshToken> = {},
): PresentedRefreshToken => ({
  subject,
  sid,
  presentedId: id,
  successor: newToken(),
  grace: 60_000,
  adopt: null,
  maxAge: null,
  leeway: 0,
  ...given,
});

/** A token made elsewhere that is to open a session. */
export const adopting = (subject: string, issuedAt = 1_700_000_000): PresentedRefreshToken =>
  presenting(
    { subject, sid: newSid(subject), id: randomUUID() },
    { adopt: { denyFor: HOUR, issuedAt, maxPerSubject: null } },
  );

/** The session in an answer, if there is one. */
export function sessionIn(answer: { readonly outcome: string }) {
  return 'session' in answer ? (answer.session as { readonly currentId: string; readonly sid: string }) : null;
}
