import type { Settings } from '../options/settings.js';
import type { RevocationCheck } from '../sessions/revocation-check.js';
import type { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import type { SignedToken } from '../tokens/verified-token.js';
import type { HttpRequest } from '../types/http.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { JwtContext, Remembered } from '../context/jwt-context.js';
import type { FoundToken } from './token-sources.js';

/** What the checks ask. */
export interface Judges {
  readonly settings: Settings;
  readonly verifier: TokenVerifier;
  readonly revocation: RevocationCheck;
}

/** One request on its way through the checks; what a check finds out it leaves here for those after it. */
export class Attempt implements Remembered {
  /** The double submit value that came with a token from a cookie; `null` where none is needed. */
  csrfValue: string | null = null;
  verified: SignedToken | null = null;
  user: unknown = undefined;
  private shown: JwtContext | null = null;

  constructor(
    readonly request: HttpRequest,
    readonly requirement: SettledRequirement,
    readonly found: FoundToken,
    readonly judges: Judges,
  ) {}

  /** What others see of it once all has passed; made when somebody looks. */
  get context(): JwtContext {
    return (this.shown ??= this.show());
  }

  private show(): JwtContext {
    const { found, verified, user, judges } = this;
    const { header, payload } = verified as SignedToken;
    const identity = payload[judges.settings.identityClaim];
    return Object.freeze({
      token: found.rawToken as string,
      header,
      payload,
      location: found.location,
      user,
      identity,
    });
  }
}
