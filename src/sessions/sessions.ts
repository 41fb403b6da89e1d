import { InvalidTokenException, RevokedTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import type { RevocationEvents } from './revocation-events.js';
import type { Adoption, RefreshOutcome, SessionRecord } from '../stores/revocation-store.js';
import { derivedUuid, newSessionId, requireSubject, subjectHash } from '../stores/session-id.js';
import { about, OPENING, PRESENTATION } from './store-answers.js';
import type { StoreClient } from './store-client.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import { newIssuance, type TokenContent, type Issuance } from '../tokens/issuing/new-token.js';
import { storeKeysOf, type StoreKeys } from '../tokens/verifying/store-keys.js';

/** The longest device note that is kept, in characters; user agents can be of any length. */
const DEVICE_LENGTH = 256;

/** Opens sessions and moves them on: the one place that tells a store about refresh tokens. */
export class Sessions {
  constructor(
    private readonly settings: Settings,
    private readonly store: StoreClient,
    private readonly events: RevocationEvents,
  ) {}

  /** Opens a session for a new refresh token, or puts that token into a given one; answers the token's issuance. */
  async open(content: TokenContent, given: { device?: string; sid?: string | null } = {}): Promise<Issuance> {
    const subject = subjectHash(content.identity);
    const existing = typeof given.sid === 'string';
    const sid = given.sid ?? newSessionId(subject);
    requireSubject(sid, subject);
    const issuance = newIssuance(content, this.settings, sid);
    // A token that is born expired opens nothing.
    if (content.lifetime !== null && content.lifetime <= 0) return issuance;
    const result = await this.store.write(
      subject,
      (store, deadline) =>
        store.openSession(
          {
            subject,
            sid,
            token: this.asCurrent(issuance, content),
            device: given.device?.slice(0, DEVICE_LENGTH) ?? null,
            maxPerSubject: this.settings.rotation.maxPerUser,
            existing,
            ...this.limits(),
          },
          deadline,
        ),
      about(sid, OPENING),
    );
    if (result.outcome !== 'opened') throw new RevokedTokenException();
    if (!existing) this.events.emit({ type: 'session-opened', sid, identity: content.identity });
    return issuanceOf(result.session);
  }

  /** Puts a successor in the place of a refresh token, once; answers the session as it is then. */
  async advance(payload: JwtPayload, successor: TokenContent): Promise<SessionRecord> {
    const keys = storeKeysOf(payload, this.settings);
    const issuance = newIssuance(successor, this.settings, keys.sid);
    const result = await this.present(payload, keys, { issuance, content: successor });
    if ('session' in result) return result.session;
    throw new RevokedTokenException(undefined, { payload });
  }

  /** Whether a refresh token that is not the current one of its session may pass; if not, the session is over. */
  async isReused(payload: JwtPayload, keys: StoreKeys): Promise<boolean> {
    return !('session' in (await this.present(payload, keys, null)));
  }

  private async present(
    payload: JwtPayload,
    keys: StoreKeys,
    successor: { issuance: Issuance; content: TokenContent } | null,
  ): Promise<RefreshOutcome> {
    const { subject, sid, jti, adopts } = keys;
    if (sid === null || jti === null) {
      throw new InvalidTokenException(`Missing claim: ${jti === null ? 'jti' : this.settings.sessionClaim}`, {
        payload,
      });
    }
    const result = await this.store.write(
      subject,
      (store, deadline) =>
        store.present(
          {
            subject,
            sid,
            presentedId: jti,
            successor: successor && this.asCurrent(successor.issuance, successor.content),
            grace: this.settings.rotation.grace,
            adopt: adopts && successor !== null ? this.adoption(payload) : null,
            ...this.limits(),
          },
          deadline,
        ),
      about(sid, PRESENTATION),
    );
    this.report(result, sid, payload);
    return result;
  }

  /** A token that does not say when it was issued may be older than any cut-off. */
  private adoption(payload: JwtPayload): Adoption {
    return {
      denyFor: this.remaining(payload),
      issuedAt: typeof payload.iat === 'number' ? Math.trunc(payload.iat) : 0,
      maxPerSubject: this.settings.rotation.maxPerUser,
    };
  }

  private report({ outcome }: RefreshOutcome, sid: string, payload: JwtPayload): void {
    const identity = ownValue(payload, this.settings.identityClaim);
    if (outcome === 'rotated') this.events.emit({ type: 'refresh-rotated', sid, identity });
    if (outcome === 'reused') this.events.emit({ type: 'refresh-reused', sid, identity, jti: payload.jti });
  }

  /** How long a token can still be presented, in milliseconds; `null`: for ever. */
  remaining({ exp }: JwtPayload): number | null {
    return typeof exp === 'number' ? Math.max(0, Math.ceil((exp + this.settings.leeway) * 1000 - Date.now())) : null;
  }

  private asCurrent({ id, issuedAt, csrf }: Issuance, { lifetime }: TokenContent) {
    const { idle } = this.settings.rotation;
    const limits = [lifetime, idle].filter((limit) => limit !== null);
    return { id, issuedAt, csrf, lifetime: limits.length === 0 ? null : Math.min(...limits) };
  }

  private limits() {
    return { maxAge: this.settings.rotation.maxAge, leeway: this.settings.leeway * 1000 };
  }
}

/** The issuance of a session's refresh token. */
export function issuanceOf({ sid, currentId, issuedAt, refreshExpires, csrf }: SessionRecord): Issuance {
  return { id: currentId, issuedAt, expiresAt: refreshExpires, csrf, sid };
}

/** The issuance of the access token that goes with it: derived, so that everyone who repeats a refresh gets the same. */
export function accessIssuanceOf(refresh: Issuance, { lifetime }: TokenContent): Issuance {
  const ends = [lifetime === null ? null : refresh.issuedAt + lifetime, refresh.expiresAt].filter(
    (end) => end !== null,
  );
  return {
    id: derivedUuid(refresh.id, 'access-id'),
    issuedAt: refresh.issuedAt,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    csrf: refresh.csrf === null ? null : derivedUuid(refresh.csrf, 'access-csrf'),
    sid: refresh.sid,
  };
}
