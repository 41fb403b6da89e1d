import { Inject, Injectable } from '@nestjs/common';
import { forbidStoring } from '../cookies/cache-headers.js';
import { TokenCookieService } from '../cookies/token-cookie.service.js';
import { ErrorResponder } from '../errors/error-responder.js';
import { InvalidCredentialsException, MalformedCredentialsException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { SessionManager } from '../sessions/session-manager.js';
import { createPair } from '../sessions/token-pairs.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import { Concealed } from '../types/concealed.js';
import { headerValue, type HttpRequest, type HttpResponse } from '../types/http.js';
import { memberOf } from '../types/members.js';
import { CredentialsReader } from './credentials.js';
import { identityOfUser } from './log-in-identity.js';
import type { LogInRefusal } from './log-in-options.js';
import { LOG_IN_SETTINGS, type LogInSettings } from './log-in-settings.js';
import { LogInTokens } from './log-in-tokens.js';
import { PresentedTokens } from './presented-tokens.js';
import { RefusalTime } from './refusal-time.js';
import { withoutUser } from './without-user.js';

/** Logs a user in: reads the credentials, asks the application, creates the tokens and answers. */
@Injectable()
@Concealed()
export class LogIn {
  private readonly credentials: CredentialsReader;
  private readonly refusalTime: RefusalTime;

  constructor(
    @Inject(LOG_IN_SETTINGS) private readonly options: LogInSettings,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(TokenCookieService) private readonly cookies: TokenCookieService,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
    @Inject(PresentedTokens) private readonly presented: PresentedTokens,
  ) {
    this.credentials = new CredentialsReader(options);
    this.refusalTime = new RefusalTime(options.refusalTime);
  }

  /** The body of the answer. @throws HttpException that refuses the log-in, with its final answer. */
  answer(request: HttpRequest, response: HttpResponse): Promise<unknown> {
    forbidStoring(response, this.settings.header.name);
    return this.responder.run(async () => {
      const user = await this.authenticate(request);
      return this.admit(user, request, response);
    }, request);
  }

  private async authenticate(request: HttpRequest): Promise<unknown> {
    try {
      const { username, password } = await this.credentials.read(request);
      const user = await this.find(username, password, request);
      if (user !== null) return user;
      throw new InvalidCredentialsException();
    } catch (error) {
      if (!isOwnRefusal(error)) throw error;
      throw await this.refusalOf(error, request);
    }
  }

  /** Every failure takes the same time, also an exception: some applications throw one for an unknown user. */
  private async find(username: string, password: string, request: HttpRequest): Promise<unknown> {
    const attempt = this.refusalTime.begin();
    let user: unknown = null;
    try {
      user = await this.options.authenticate(username, password, request);
    } finally {
      if (user === null) await attempt.fail();
      else attempt.succeed();
    }
    return user;
  }

  /** The refusal with the answer of the option `error`: a response, a body, or another exception. */
  private async refusalOf(refusal: LogInRefusal, request: HttpRequest): Promise<unknown> {
    if (this.options.error === undefined) return refusal;
    const answer = await this.options.error(refusal, request);
    if (answer instanceof Error) return answer;
    const response = isResponse(answer) ? answer : { status: refusal.getStatus(), body: answer };
    return this.responder.answerWith(refusal, response, 'error');
  }

  private async admit(user: unknown, request: HttpRequest, response: HttpResponse): Promise<unknown> {
    const { options } = this;
    const identity = await identityOfUser(user, options, this.settings);
    // An attacker can have put cookies of a session of their own into the browser before ("session fixation").
    if (options.cookies) await this.presented.endThoseInCookies(request);
    const tokens = await this.createTokens(user, identity, request);
    if (options.cookies) await this.setCookies(response, tokens);
    if (options.response !== undefined)
      return withoutUser(await options.response(tokens, user, request), user, 'response');
    return options.cookies ? { [this.settings.errorMessageKey]: 'login successful' } : tokens;
  }

  /** The callbacks of the application get the user, and the identity claim is determined before. */
  private async createTokens(user: unknown, identity: unknown, request: HttpRequest): Promise<LogInTokens> {
    const { fresh, refresh } = this.options;
    const token = { identity: user, successorOf: { [this.settings.identityClaim]: identity }, fresh };
    if (!refresh) return new LogInTokens({ accessToken: await this.factory.create({ ...token, type: 'access' }) });
    const pair = { ...token, device: await this.deviceOf(request) };
    return new LogInTokens(await createPair(pair, this.factory, this.sessions, this.settings));
  }

  private async deviceOf(request: HttpRequest): Promise<string | undefined> {
    const { device } = this.options;
    if (device === null) return undefined;
    const note = device === undefined ? headerValue(request, 'user-agent') : await device(request);
    return typeof note === 'string' && note !== '' ? note : undefined;
  }

  private async setCookies(response: HttpResponse, { accessToken, refreshToken }: LogInTokens): Promise<void> {
    await this.cookies.setAccessCookies(response, accessToken);
    if (refreshToken !== undefined) await this.cookies.setRefreshCookies(response, refreshToken);
  }
}

function isOwnRefusal(error: unknown): error is LogInRefusal {
  return error instanceof InvalidCredentialsException || error instanceof MalformedCredentialsException;
}

/** Whether an answer has the form of a response. An object without `status` and `body` is a body. */
function isResponse(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  return Number.isInteger(memberOf(answer, 'status')) && memberOf(answer, 'body') !== undefined;
}
