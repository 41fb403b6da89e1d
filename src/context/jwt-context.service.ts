import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { ContextOf, PayloadOf, UserOf } from '../types/jwt-types.js';
import { Injectable, Optional, Inject } from '@nestjs/common';
import { CurrentCalls } from './current-calls.js';

/**
 * The current user in every provider, without a parameter (`current_user`, `get_jwt`, `get_jwt_identity`). Needs the option
 * `asyncContext`. A request, a message of a gateway or microservice, an operation of GraphQL, and work of `run()` each have
 * their own. `JwtContextService<typeof jwt>` has the types of `defineJwt()`.
 *
 * @example
 * constructor(private readonly jwt: JwtContextService<User>) {}
 *
 * orders() {
 *   return this.repository.findBy({ owner: this.jwt.user?.id });
 * }
 */
@Injectable()
@Concealed()
export class JwtContextService<T = unknown> {
  /** @internal */
  constructor(@Optional() @Inject(CurrentCalls) private readonly calls: CurrentCalls | null) {}

  /**
   * The token that the guard has checked, with its user; `null` for an anonymous call.
   *
   * @throws Error without the option `asyncContext`, outside of a call, and before the guard has checked the call.
   */
  get context(): ContextOf<T> | null {
    return this.read('context') as ContextOf<T> | null;
  }

  /**
   * The claims of the token; `null` for an anonymous call.
   *
   * @throws Error as `context` does
   */
  get payload(): PayloadOf<T> | null {
    const found = this.read('payload');
    return found === null ? null : (found.payload as PayloadOf<T>);
  }

  /**
   * The value of the identity claim; `null` for an anonymous call.
   *
   * @throws Error as `context` does
   */
  get identity(): unknown {
    const found = this.read('identity');
    if (found === null) return null;
    return Object.hasOwn(found, 'identity') ? found.identity : found.payload.sub;
  }

  /**
   * What `userLookup` returned; `null` for an anonymous call.
   *
   * @throws Error as `context` does, and without the option `userLookup`
   */
  get user(): UserOf<T> | null {
    const found = this.read('user');
    if (found === null) return null;
    if (found.user !== undefined) return found.user as UserOf<T>;
    throw new Error(
      'JwtContextService.user needs the option userLookup of JwtExtendedModule. Without one, read identity or payload.',
    );
  }

  /**
   * The same as `context`, and never throws: `undefined` outside of a call, before the guard has checked it, and without the
   * option `asyncContext`. For loggers, which are called everywhere.
   */
  peek(): ContextOf<T> | null | undefined {
    return this.calls?.current?.context as ContextOf<T> | null | undefined;
  }

  /**
   * Runs work with a token, for jobs and tests. Calls can be nested, and each sees its own token.
   *
   * @param context a token that `authenticateToken()` has checked, or the `context` of an earlier call; `null`: anonymous
   * @returns what the work returns
   * @throws Error without the option `asyncContext`
   * @throws TypeError for another value than a context or `null`
   * @example
   * await this.jwt.run(await this.authenticator.authenticateToken(job.data.token), () => this.reports.create());
   */
  run<Result>(context: JwtContext | ContextOf<T> | null, work: () => Result): Result {
    requireContext(context);
    return this.requireCalls().runWith(context, work);
  }

  private read(member: string): JwtContext | null {
    const call = this.requireCalls().current;
    if (call === undefined) {
      throw new Error(
        `JwtContextService.${member} was read outside of a request, message or operation. Run a job with ` +
          'JwtContextService.run(context, work). Code that may run outside of one reads peek().',
      );
    }
    if (call.context !== undefined) return call.context;
    throw new Error(
      `JwtContextService.${member} was read before JwtGuard has checked the request: in a middleware, in the constructor ` +
        'of a request-scoped provider, or in a callback such as userLookup. Read it in a guard, handler or service, or read peek().',
    );
  }

  private requireCalls(): CurrentCalls {
    if (this.calls !== null) return this.calls;
    throw new Error('JwtContextService needs the option asyncContext of JwtExtendedModule: set asyncContext: true.');
  }
}

function requireContext(context: unknown): void {
  if (context === null) return;
  const { payload } = Object(context) as Partial<JwtContext>;
  if (typeof payload === 'object' && payload !== null) return;
  throw new TypeError(
    'JwtContextService.run() takes the context of a checked token, or null. Check a token with ' +
      'JwtAuthenticator.authenticateToken(), and pass its result.',
  );
}
