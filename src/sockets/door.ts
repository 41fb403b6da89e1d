import { Inject, Injectable } from '@nestjs/common';
import type { Admission } from '../authentication/request-results.js';
import { ConnectionRegistry, type LiveConnection } from '../connections/connection-registry.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HandshakeRequest } from '../transports/handshake-request.js';
import { handshakeOf } from '../transports/handshakes.js';
import type { HttpRequest } from '../types/http.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import { HandshakeCheck, type ProtectedGateway } from './handshake-check.js';

/** The decision about the handshakes of one server or namespace. */
export interface ServerRules {
  /** The gateways of the server that require a token of their connections. Further gateways can be added during the start. */
  readonly gateways: readonly ProtectedGateway[];
}

/** Ends the connection of a client. The error says why. */
export type EndClient<Client> = (client: Client, error: JwtExtendedException) => void;

/** Lets clients in, and keeps those with a token in the register of live connections. */
@Injectable()
@Concealed()
export class Door {
  constructor(
    @Inject(HandshakeCheck) private readonly handshakes: HandshakeCheck,
    @Inject(ConnectionRegistry) readonly registry: ConnectionRegistry,
  ) {}

  /** Whether the clients of a server need no decision. */
  isOpen({ gateways }: ServerRules): boolean {
    return gateways.length === 0;
  }

  /** @throws JwtExtendedException if the handshake is refused */
  check(request: HandshakeRequest, { gateways }: ServerRules): Promise<readonly Admission[]> {
    return this.handshakes.check(request, gateways);
  }

  /** Holds the token of an accepted handshake for the messages of its client. */
  letIn(client: object, admissions: readonly Admission[]): void {
    this.handshakes.letIn(client, admissions);
  }

  /** Registers a connected client with each of its tokens. Returns a function that removes it, or `null` without a token. */
  register<Client extends object>(
    client: Client,
    admissions: readonly Admission[],
    endClient: EndClient<Client>,
  ): (() => void) | null {
    const removals = [...requirementsByToken(admissions)].map(([context, requirements]) =>
      this.registry.add(context, new SocketConnection(client, requirements, endClient)),
    );
    const [first = null, ...others] = removals;
    return others.length === 0 ? first : () => removals.forEach((remove) => remove());
  }
}

/** There can be thousands, so each is one object without closures. */
class SocketConnection<Client extends object> implements LiveConnection {
  readonly kind = 'socket';

  constructor(
    readonly client: Client,
    readonly requirements: readonly SettledRequirement[],
    private readonly endClient: EndClient<Client>,
  ) {}

  get request(): HttpRequest {
    return handshakeOf(this.client);
  }

  end(error: JwtExtendedException): void {
    this.endClient(this.client, error);
  }
}

/** Gateways with different requirements can take the same token from the same handshake. */
function requirementsByToken(admissions: readonly Admission[]): Map<JwtContext, SettledRequirement[]> {
  const byText = new Map<string, JwtContext>();
  const requirements = new Map<JwtContext, SettledRequirement[]>();
  for (const { context, requirement } of admissions) {
    if (context === null) continue;
    const first = byText.get(context.token) ?? context;
    byText.set(context.token, first);
    requirements.set(first, [...(requirements.get(first) ?? []), requirement]);
  }
  return requirements;
}
