import type { Settings } from '../options/settings.js';
import type { RevocationCheck } from '../tokens/revocation-check.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import type { SignedToken } from '../tokens/verified-token.js';
import type { HttpRequest } from '../types/http.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { FoundToken } from './token-sources.js';

/** One request on its way through the checks; what a check finds out it leaves here for those after it. */
export interface Attempt {
  readonly request: HttpRequest;
  readonly requirement: SettledRequirement;
  readonly settings: Settings;
  readonly verifier: TokenVerifier;
  readonly revocation: RevocationCheck;
  readonly found: FoundToken;
  /** The double submit value that came with a token from a cookie; `null` where none is needed. */
  csrfValue: string | null;
  verified: SignedToken | null;
  user: unknown;
}
