import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import { Concealed } from '../types/concealed.js';
import { warnOfUnlimitedAttempts } from './attempt-limit.js';
import { checkLogIn } from './log-in-checks.js';
import { LOG_IN_CONTROLLER, LOG_IN_SETTINGS, type LogInSettings } from './log-in-settings.js';

/** Stops the start if the options of a log-in cannot work, and warns if nothing limits the attempts. */
@Injectable()
@Concealed()
export class LogInStart implements OnModuleInit {
  constructor(
    @Inject(LOG_IN_SETTINGS) private readonly options: LogInSettings,
    @Inject(LOG_IN_CONTROLLER) private readonly controller: Type,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    // Nest 10 and 11 have none in createApplicationContext(), which serves no routes.
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig | undefined,
    @Inject(SETTINGS) settings: Settings,
    @Inject(TokenFactory) factory: TokenFactory,
  ) {
    checkLogIn(options, settings, factory);
  }

  onModuleInit(): void {
    this.refuseSamePath();
    const { limitedElsewhere, path } = this.options;
    if (!limitedElsewhere) warnOfUnlimitedAttempts(this.controller, path, this.application);
  }

  /** Only the first of two log-ins at one path would answer. Symbols, because the package can be loaded twice. */
  private refuseSamePath(): void {
    const all = [...this.modules.values()].map(({ providers }) => providers.get(LOG_IN_SETTINGS)?.instance);
    const { path } = this.options;
    if (all.filter((options) => (options as LogInSettings | undefined)?.path === path).length < 2) return;
    throw new TypeError(`JwtAuthModule is imported twice with the path "${path}". Set the option path of one of them.`);
  }
}
