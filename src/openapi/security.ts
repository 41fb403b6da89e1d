import type { DeclaredHandler } from '../access/handlers.js';
import type { Settings } from '../options/settings.js';
import type { TokenType } from '../types/claims.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { TokenSource } from '../types/token-location.js';
import type { SecurityRequirement } from './document.js';
import type { DescribedOperation } from './operations.js';
import type { Schemes } from './schemes.js';

/** The metadata keys of `@ApiSecurity()` and `@ApiOperation()`. */
const API_SECURITY = 'swagger/apiSecurity';
const API_OPERATION = 'swagger/apiOperation';

/** Describes with which tokens an operation can be called. */
export class OperationSecurity {
  constructor(
    private readonly schemes: Schemes,
    private readonly settings: Settings,
    /** What the document asks of every operation. */
    private readonly ofDocument: readonly SecurityRequirement[],
  ) {}

  /** Writes `security` of an operation, unless the application has described it itself. */
  write({ operation, method, handler }: DescribedOperation, requirement: SettledRequirement | null): void {
    if (hasOwnSecurity(handler)) return;
    const ofClass = (Reflect.getMetadata(API_SECURITY, handler.host.controller) ?? []) as SecurityRequirement[];
    const isReplaced = requirement === null ? this.areLikeTokens(ofClass) : this.areForTokens(ofClass);
    if (!isReplaced) {
      if (requirement?.optional === true) operation.security = [{}, ...ofClass];
      return;
    }
    const tokens = requirement === null ? [{}] : this.alternatives(requirement, method);
    // A token in the body has no scheme.
    if (tokens.length === 0) {
      delete operation.security;
      return;
    }
    const others = this.ofDocument.filter((each) => !this.areForTokens([each]));
    const all =
      others.length === 0 ? tokens : others.flatMap((other) => tokens.map((token) => ({ ...other, ...token })));
    const isOpen = requirement === null && others.length === 0;
    operation.security = isOpen ? [] : all;
  }

  private alternatives(requirement: SettledRequirement, method: string): SecurityRequirement[] {
    const locations = requirement.locations ?? this.settings.tokenLocation;
    const all = locations.flatMap((location) => this.ofLocation(location, requirement, method));
    return requirement.optional && all.length > 0 ? [{}, ...all] : all;
  }

  private ofLocation(location: TokenSource, requirement: SettledRequirement, method: string): SecurityRequirement[] {
    const kind: TokenType = requirement.refresh ? 'refresh' : 'access';
    if (location === 'headers') {
      const kinds: TokenType[] = requirement.verifyType ? [kind] : ['access', 'refresh'];
      return kinds.map((each) => ({ [this.schemes.idOf('headers', each)]: [] }));
    }
    if (location === 'query_string') return [{ [this.schemes.idOf('query_string', kind)]: [] }];
    if (location !== 'cookies') return [];
    const cookie: SecurityRequirement = { [this.schemes.idOf('cookies', kind)]: [] };
    const isChecked = this.settings.csrf?.methods.has(method) === true;
    return [isChecked ? { ...cookie, [this.schemes.idOf('csrf', kind)]: [] } : cookie];
  }

  private areForTokens(requirements: readonly SecurityRequirement[]): boolean {
    return namesOf(requirements).every((id) => this.schemes.isForTokens(id));
  }

  private areLikeTokens(requirements: readonly SecurityRequirement[]): boolean {
    return namesOf(requirements).every((id) => this.schemes.isLikeTokens(id));
  }
}

function namesOf(requirements: readonly SecurityRequirement[]): string[] {
  return requirements.flatMap((each) => Object.keys(each));
}

/** Whether the application has `@ApiSecurity()` or `@ApiOperation({ security })` on the method. */
function hasOwnSecurity({ method }: DeclaredHandler): boolean {
  const operation = Reflect.getMetadata(API_OPERATION, method) as { security?: unknown } | undefined;
  return Reflect.hasMetadata(API_SECURITY, method) || operation?.security !== undefined;
}
