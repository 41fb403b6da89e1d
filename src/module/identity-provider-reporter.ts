import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { OwnLogger } from '../errors/own-logger.js';
import type { IdentityProvider } from '../jwks/identity-provider.js';
import { IdentityProviders } from '../jwks/identity-providers.js';
import type { FetchOutcome } from '../jwks/key-cache.js';
import type { KeySet } from '../jwks/key-set.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { hasMember } from '../types/members.js';
import { causeOfThrown, messageOfThrown } from '../types/thrown-value.js';

/** How many unused keys a message names. */
const SHOWN = 3;

/** Starts and stops the fetching of the providers' keys, and logs its failures and problems. */
@Injectable()
export class IdentityProviderReporter implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new OwnLogger();
  private readonly reported = new Map<IdentityProvider, State>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(IdentityProviders) private readonly providers: IdentityProviders,
  ) {}

  /** Does not wait for the keys, so the application starts while its providers are down. */
  onModuleInit(): void {
    for (const { path, isAudienceChosen } of this.settings.jwks) {
      if (isAudienceChosen) continue;
      this.logger.warn(
        `${path} has no audience: tokens of this provider for other applications are accepted here. Set the audience of ` +
          'this application, or audience: false if the tokens have none.',
      );
    }
    this.providers.start((provider, outcome) => this.report(provider, outcome));
  }

  onModuleDestroy(): void {
    this.providers.stop();
  }

  private report(provider: IdentityProvider, outcome: FetchOutcome): void {
    const before = this.reported.get(provider) ?? { isFailing: false, text: '' };
    const now = hasMember(outcome, 'failure') ? failureOf(outcome.failure) : problemsOf(outcome.keys);
    this.reported.set(provider, now);
    if (before.isFailing === now.isFailing && before.text === now.text) return;
    if (hasMember(outcome, 'failure')) {
      const served = outcome.hasKeys ? 'The keys from the last fetch are used.' : 'Its tokens are answered 503.';
      this.logger.error(`The keys of ${provider.name} cannot be fetched. ${served} ${now.text}`);
      return;
    }
    if (before.isFailing) this.logger.log(`The keys of ${provider.name} can be fetched again.`);
    if (now.text !== '') this.logger.warn(`Some keys of ${provider.name} are not used: ${now.text}`);
  }
}

/** The last reported state of a provider. The same state is not reported twice. */
interface State {
  readonly isFailing: boolean;
  readonly text: string;
}

function failureOf(failure: unknown): State {
  const [message, deeper] = [messageOfThrown(failure), causeOfThrown(failure)];
  return { isFailing: true, text: deeper === null ? message : `${message}: ${deeper}` };
}

function problemsOf({ problems }: KeySet): State {
  const more = problems.length - SHOWN;
  const shown = problems.slice(0, SHOWN).join('; ');
  return { isFailing: false, text: more > 0 ? `${shown}; and ${more} more.` : shown };
}
