import type { Provider } from '@nestjs/common';
import { CurrentCalls } from '../context/current-calls.js';
import { JwtContextService } from '../context/jwt-context.service.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { Transports } from '../transports/transports.js';
import { ContextEntries } from './context-entries.js';

/** The providers of the option `asyncContext`. Without the option there are no calls, and nothing enters them. */
export const CONTEXT_PROVIDERS: Provider[] = [
  {
    provide: CurrentCalls,
    inject: [SETTINGS, Transports],
    useFactory: ({ asyncContext }: Settings, transports: Transports) =>
      asyncContext ? new CurrentCalls(transports) : null,
  },
  JwtContextService,
  ContextEntries,
];
