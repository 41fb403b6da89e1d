import { InvalidTokenException, RevokedTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import type { JwtEvents } from '../events/jwt-events.js';
import type { RevocationEvents } from './revocation-events.js';
import type { Adoption, OpenOutcome, RefreshOutcome, SessionRecord } from '../stores/revocation-store.js';
import { clockSkewOf, earliestIssue } from './clock-skew.js';
import { newSessionId, requireSubject, subjectHash } from '../stores/session-id.js';
import { forSession, OPENING, PRESENTATION } from './store-answers.js';
import { RepeatReports } from './repeat-reports.js';
import type { StoreClient } from './store-client.js';
import type { HttpRequest } from '../types/http.js';
import type { RefreshRepeatEvent } from '../types/revocation-event.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import { newIssuance, type Issuance } from '../tokens/issuing/issuance.js';
import type { TokenContent } from '../tokens/issuing/new-token.js';
import { storeKeysOf, type StoreKeys } from '../tokens/verifying/store-keys.js';
import { hasMember, membersOf } from '../types/members.js';

/** The longest device name that is stored, in characters. User agents can have any length. */
const DEVICE_LENGTH = 256;

/** Opens sessions and replaces their refresh tokens in the store. */
export class Sessions {
  private readonly repeats: RepeatReports;

  constructor(
    private readonly settings: Settings,
    private readonly store: StoreClient,
    private readonly events: RevocationEvents,
    private readonly jwtEvents: JwtEvents,
  ) {
    this.repeats = new RepeatReports(events);
  }

  /** Opens a session for a new refresh token, or makes the token the current one of session `sid`. Returns its issuance. */
  async open(content: TokenContent, options: { device?: string; sid?: string | null } = {}): Promise<Issuance> {
    const session = membersOf(options, ['device', 'sid']);
    const subject = subjectHash(content.identity);
    const existing = typeof session.sid === 'string';
    const sid = session.sid ?? newSessionId(subject);
    requireSubject(sid, subject);
    const issuance = newIssuance(content, this.settings, sid);
    // A token with a negative lifetime opens no session.
    if (content.lifetime !== null && content.lifetime <= 0) return issuance;
    const result = await this.store.write(
      subject,
      (store, deadline) =>
        store.openSession(
          {
            subject,
            sid,
            token: this.asCurrent(issuance, content),
            device: session.device?.slice(0, DEVICE_LENGTH) ?? null,
            maxPerSubject: this.settings.rotation.maxPerUser,
            existing,
            ...this.limits(),
          },
          deadline,
        ),
      forSession(sid, OPENING),
    );
    if (result.outcome !== 'opened') throw new RevokedTokenException();
    this.reportLimit(subject, result);
    if (!existing) this.events.emit({ type: 'session-opened', sid, identity: content.identity });
    return issuanceOf(result.session);
  }

  /** Replaces a refresh token by its successor, once. Returns the issuance of the successor. */
  async replace(payload: JwtPayload, successor: TokenContent, request?: HttpRequest): Promise<Issuance> {
    const keys = storeKeysOf(payload, this.settings);
    const issuance = newIssuance(successor, this.settings, keys.sid);
    const result = await this.present(payload, keys, { issuance, content: successor });
    if (result.outcome === 'repeated') {
      this.repeats.reportRotation(this.repeatOf(payload, result.session, request), payload);
    }
    if (hasMember(result, 'session')) return issuanceOf(result.session);
    throw new RevokedTokenException(undefined, { payload });
  }

  /** Whether a refresh token that is not the current one of its session must be refused. A reuse ends the session. */
  async isReused(payload: JwtPayload, keys: StoreKeys, request?: HttpRequest): Promise<boolean> {
    const result = await this.present(payload, keys, null);
    if (result.outcome === 'repeated') {
      this.repeats.reportCheck(this.repeatOf(payload, result.session, request), payload);
    }
    return !hasMember(result, 'session');
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
      forSession(sid, PRESENTATION),
    );
    if (adopts) this.reportLimit(subject, result);
    if (result.outcome === 'reused') this.events.own.emit({ type: 'session', subject, sid });
    this.report(result, sid, payload);
    return result;
  }

  /** A new session can end the least recently used ones of its subject. */
  private reportLimit(subject: string, result: OpenOutcome | RefreshOutcome): void {
    const mayHaveEnded = !('session' in result) || result.othersEnded !== false;
    if (this.settings.rotation.maxPerUser !== null && mayHaveEnded) this.events.own.emit({ type: 'part', subject });
  }

  private adoption(payload: JwtPayload): Adoption {
    return {
      denyFor: this.remaining(payload),
      issuedAt: earliestIssue(payload, this.clockSkew),
      maxPerSubject: this.settings.rotation.maxPerUser,
    };
  }

  private report({ outcome }: RefreshOutcome, sid: string, payload: JwtPayload): void {
    const identity = ownValue(payload, this.settings.identityClaim);
    if (this.jwtEvents.isObserved) {
      if (outcome === 'rotated') this.jwtEvents.emit({ type: 'refreshed', identity, sid });
      if (outcome === 'reused') this.jwtEvents.emit({ type: 'reused', identity, sid });
    }
    if (outcome === 'rotated') this.events.emit({ type: 'refresh-rotated', sid, identity });
    if (outcome === 'reused') this.events.emit({ type: 'refresh-reused', sid, identity, jti: payload.jti });
  }

  private repeatOf(payload: JwtPayload, { sid }: SessionRecord, request?: HttpRequest): RefreshRepeatEvent {
    const identity = ownValue(payload, this.settings.identityClaim);
    const event: RefreshRepeatEvent = { type: 'refresh-repeated', sid, identity, jti: payload.jti };
    // Not enumerable: a log of the event must not print the token, and JSON.stringify() fails on a request.
    return request === undefined ? event : Object.defineProperty(event, 'request', { value: request });
  }

  /**
   * For how long a process can accept a token, in milliseconds. `null` if it never expires. The clock of that process can be
   * behind ours.
   */
  remaining(payload: JwtPayload): number | null {
    const exp = ownValue(payload, 'exp');
    if (typeof exp !== 'number') return null;
    return Math.max(0, Math.ceil((exp + this.settings.leeway) * 1000 + this.clockSkew - Date.now()));
  }

  private get clockSkew(): number {
    return clockSkewOf(this.settings);
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
function issuanceOf({ sid, currentId, issuedAt, refreshExpires, csrf }: SessionRecord): Issuance {
  return { id: currentId, issuedAt, expiresAt: refreshExpires, csrf, sid };
}
