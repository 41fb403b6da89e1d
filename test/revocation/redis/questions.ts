import { createHash, randomUUID } from 'node:crypto';
import type { CurrentRefreshToken, OpenSession, PresentedRefreshToken } from 'nestjs-jwt-extended/store';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';

export const HOUR = 3_600_000;

/** A deadline that no test reaches. */
export const inTime = () => Date.now() + HOUR;

export const newSubject = () => createHash('sha256').update(randomUUID()).digest('base64url').slice(0, 22);

export const newToken = (lifetime: number | null = 3600): CurrentRefreshToken => ({
  id: randomUUID(),
  issuedAt: 1_700_000_000,
  csrf: null,
  lifetime,
});

export const opening = (given: Partial<OpenSession> = {}): OpenSession => ({
  subject: newSubject(),
  sid: randomUUID(),
  token: newToken(),
  device: null,
  maxPerSubject: null,
  existing: false,
  maxAge: null,
  leeway: 0,
  ...given,
});

/** Opens a session, which is what most tests begin with. */
export async function opened(store: RedisRevocationStore, given: Partial<OpenSession> = {}) {
  const open = opening(given);
  await store.openSession(open, inTime());
  return { subject: open.subject, sid: open.sid, id: open.token.id };
}

export const presenting = (
  { subject, sid, id }: { subject: string; sid: string; id: string },
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
