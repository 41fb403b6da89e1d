import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { JwtEvent } from '../events/jwt-event.js';
import { JwtEvents } from '../events/jwt-events.js';

type Attributes = Readonly<Record<string, string>>;

/** The parts of `@opentelemetry/api` that are used. The package is an optional peer. */
interface Counter {
  add(value: number, attributes: Attributes): void;
}
interface Meter {
  createCounter(name: string, options: { readonly description: string; readonly unit: string }): Counter;
}
interface OpenTelemetry {
  readonly metrics: { getMeter(name: string): Meter };
  createNoopMeter(): Meter;
}

/** No code imports the optional peer by a fixed name. */
const PACKAGE = '@opentelemetry/api';

/** One counter for each type of event. No attribute has an identity: each value of an attribute is a time series of its own. */
const COUNTERS: {
  readonly [Type in JwtEvent['type']]: {
    readonly name: string;
    readonly unit: string;
    readonly description: string;
    readonly attributes: (event: Extract<JwtEvent, { type: Type }>) => Attributes;
  };
} = {
  issued: {
    name: 'jwt.tokens.issued',
    unit: '{token}',
    description: 'Tokens that were signed.',
    attributes: ({ token }) => ({ 'jwt.token.type': token }),
  },
  refreshed: {
    name: 'jwt.tokens.refreshed',
    unit: '{token}',
    description: 'Tokens that were exchanged for new ones.',
    attributes: () => ({}),
  },
  refused: {
    name: 'jwt.tokens.refused',
    unit: '{request}',
    description: 'Requests that were refused.',
    attributes: ({ code }) => ({ 'jwt.code': code }),
  },
  revoked: {
    name: 'jwt.tokens.revoked',
    unit: '{revocation}',
    description: 'Revocations of a token, a session, or all that a user has.',
    attributes: ({ what }) => ({ 'jwt.revoked': what }),
  },
  reused: {
    name: 'jwt.tokens.reused',
    unit: '{token}',
    description: 'Replaced refresh tokens that were presented again.',
    attributes: () => ({}),
  },
  'connection-ended': {
    name: 'jwt.connections.ended',
    unit: '{connection}',
    description: 'Connections that ended with their token or session.',
    attributes: ({ kind, code }) => ({ 'jwt.connection.kind': kind, 'jwt.code': code }),
  },
};

/** Counts the events with OpenTelemetry, if the application has an SDK that collects metrics. */
@Injectable()
export class JwtCounters implements OnModuleInit, OnApplicationShutdown {
  private stop: (() => void) | null = null;

  constructor(@Inject(JwtEvents) private readonly events: JwtEvents) {}

  async onModuleInit(): Promise<void> {
    const meter = await findMeter();
    if (meter === null) return;
    const counters = new Map(
      Object.entries(COUNTERS).map(([type, { name, unit, description }]) => [
        type,
        meter.createCounter(name, { unit, description }),
      ]),
    );
    const subscription = this.events.subscribe((event) => counters.get(event.type)?.add(1, attributesOf(event)));
    this.stop = () => subscription.unsubscribe();
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }
}

function attributesOf(event: JwtEvent): Attributes {
  return (COUNTERS[event.type].attributes as (event: JwtEvent) => Attributes)(event);
}

/** The meter of the SDK. `null` if nothing collects metrics, so that no event is created for it. */
async function findMeter(): Promise<Meter | null> {
  if (!isInUse()) return null;
  try {
    const loaded = (await import(/* webpackIgnore: true */ PACKAGE)) as
      OpenTelemetry | { readonly default: OpenTelemetry };
    const api = 'metrics' in loaded ? loaded : loaded.default;
    const meter = api.metrics.getMeter('nestjs-jwt-extended');
    return meter === api.createNoopMeter() ? null : meter;
  } catch {
    // An application in one file has no such package that we can load.
    return null;
  }
}

/** An SDK registers itself under a symbol of the process. Without one, the package need not be looked for at each start. */
function isInUse(): boolean {
  return Object.getOwnPropertySymbols(globalThis).some(({ description }) =>
    description?.startsWith('opentelemetry.js.api.'),
  );
}
