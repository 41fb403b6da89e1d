import { Controller, Inject, Param, Req, Res, UseGuards, type Type } from '@nestjs/common';
import { getJwtContext } from '../context/jwt-context.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { RouteGuard } from '../routes/route-guard.js';
import { GUARD_BRAND } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';
import { Concealed } from '../types/concealed.js';
import type { HttpRequest, HttpResponse } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import { declareRoutes, LOG_IN_HANDLERS } from './log-in-routes.js';
import { LOG_IN_SETTINGS, type LogInSettings } from './log-in-settings.js';
import { LogIn } from './log-in.js';
import { LogInSession } from './log-in-session.js';

/** Calls the guard of the application, so that the routes are protected where no guard is global. */
class LogInGuard extends RouteGuard {}
Object.defineProperty(LogInGuard.prototype, GUARD_BRAND, { value: true });

/** The handlers of a log-in. Each module has a subclass of its own with its paths. */
@Concealed()
class LogInHandlers {
  constructor(
    @Inject(LOG_IN_SETTINGS) options: LogInSettings,
    @Inject(SETTINGS) settings: Settings,
    @Inject(LogIn) private readonly byPassword: LogIn,
    @Inject(LogInSession) private readonly session: LogInSession,
  ) {
    declareRoutes(new.target, options, settings);
  }

  logIn(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<unknown> {
    return this.byPassword.answer(request, response);
  }

  refresh(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<unknown> {
    return this.session.refresh(contextOf(request), response);
  }

  logOut(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<unknown> {
    return this.session.logOut(request, response);
  }

  logOutByDelete(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<unknown> {
    return this.session.logOut(request, response);
  }

  logOutEverywhere(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<unknown> {
    return this.session.logOutEverywhere(contextOf(request), response);
  }

  logOutEverywhereByDelete(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<unknown> {
    return this.session.logOutEverywhere(contextOf(request), response);
  }

  sessions(@Req() request: HttpRequest): Promise<unknown> {
    return this.session.list(contextOf(request));
  }

  endSession(
    @Req() request: HttpRequest,
    @Param('sid') sid: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<unknown> {
    return this.session.end(contextOf(request), sid, response);
  }

  me(@Req() request: HttpRequest): Promise<unknown> {
    return this.session.profile(contextOf(request), request);
  }
}

/**
 * A controller with handlers of its own: Nest stores the path of a handler at its function, so two modules cannot share one.
 * `decorators` apply to the log-in handler. Nest looks for guards before it creates the controller, so they are applied here.
 */
export function logInController(decorators: readonly MethodDecorator[]): Type {
  @UseGuards(LogInGuard)
  @Controller()
  class LogInController extends LogInHandlers {}
  for (const name of LOG_IN_HANDLERS) {
    const { [name]: inherited } = LogInHandlers.prototype as unknown as Record<string, Handler>;
    const value: Handler = {
      [name](this: LogInHandlers, ...args: unknown[]) {
        return inherited?.apply(this, args) as unknown;
      },
    }[name] as Handler;
    Object.defineProperty(LogInController.prototype, name, { value, writable: true, configurable: true });
  }
  const descriptor = Object.getOwnPropertyDescriptor(LogInController.prototype, 'logIn');
  for (const decorate of [...decorators].reverse()) {
    decorate(LogInController.prototype, 'logIn', descriptor as TypedPropertyDescriptor<unknown>);
  }
  return LogInController;
}

/** The token that the guard has checked. A test that replaces the guard has to set it. */
function contextOf(request: HttpRequest): JwtContext {
  const context = getJwtContext(request);
  if (context !== null) return context;
  throw new Error(
    'No token was checked for this request. In a test that replaces JwtGuard, call setJwtContext() before.',
  );
}
