import { ForbiddenException, Inject, Injectable, type CanActivate, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { JwtAuthenticator } from '../authentication/jwt-authenticator.js';
import type { Admission } from '../authentication/request-results.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { methodOf } from '../routes/handler-names.js';
import { CONNECTION_METHOD } from '../routes/nest-metadata.js';
import { APPLICATION_GUARD } from '../routes/route-guard.js';
import { hasConnectionRule, isJwtGuard, requirementOfConnection } from '../routes/route-requirement.js';
import type { HandshakeRequest } from '../transports/handshake-request.js';
import { Transports } from '../transports/transports.js';
import { arrivedAnswer } from '../types/callback-answer.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import { ConnectContext } from './connect-context.js';

/** A gateway that requires a token of its connections. */
export interface ProtectedGateway {
  readonly gateway: Type;
  readonly requirement: SettledRequirement;
}

/** Decides about handshakes: before `handleConnection()`, and before any message. */
@Injectable()
@Concealed()
export class HandshakeCheck {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(JwtAuthenticator) private readonly authenticator: JwtAuthenticator,
    @Inject(Transports) private readonly transports: Transports,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Those of these gateways that require a token of their connections. */
  protectedOf(gateways: readonly Type[]): ProtectedGateway[] {
    return gateways.flatMap((gateway) => {
      const requirement = requirementOfConnection(gateway, this.settings.requireByDefault);
      return requirement === null || this.isLeftToTransport(gateway) ? [] : [{ gateway, requirement }];
    });
  }

  /**
   * Checks the token of a handshake against the requirement of each gateway.
   *
   * @throws JwtExtendedException if it does not meet one of them
   */
  async check(request: HandshakeRequest, gateways: readonly ProtectedGateway[]): Promise<Admission[]> {
    const guard = this.moduleRef.get<CanActivate>(APPLICATION_GUARD, { strict: false });
    if (!isJwtGuard(guard)) return this.askReplacement(guard, request, gateways);
    const contexts = new Map<SettledRequirement, JwtContext | null>();
    for (const { requirement } of gateways) {
      if (contexts.has(requirement)) continue;
      contexts.set(requirement, await this.authenticator.admitHandshake(request, requirement));
    }
    return gateways.map(({ gateway, requirement }) => {
      const handler = methodOf(gateway, CONNECTION_METHOD) ?? gateway;
      return { handler, controller: gateway, requirement, context: contexts.get(requirement) ?? null };
    });
  }

  /** Holds the accepted token for the client of the handshake. */
  letIn(client: object, admissions: readonly Admission[]): void {
    this.authenticator.letIn(client, admissions);
  }

  /** A test can replace the guard. Its replacement decides about handshakes, too. */
  private async askReplacement(
    guard: CanActivate,
    request: HandshakeRequest,
    gateways: readonly ProtectedGateway[],
  ): Promise<Admission[]> {
    for (const { gateway } of gateways) {
      const answer = await arrivedAnswer(guard.canActivate(new ConnectContext(gateway, request)), 'canActivate()');
      if (!answer) throw new ForbiddenException('Forbidden resource');
    }
    return [];
  }

  /**
   * A transport of the application for messages of sockets reads the tokens of the messages. Then the requirement of a class is
   * one for its messages only. A requirement of `handleConnection()` always counts for the handshake.
   */
  private isLeftToTransport(gateway: Type): boolean {
    if (hasConnectionRule(gateway)) return false;
    const context = new ConnectContext(gateway, null);
    return this.transports.custom.some((transport) => transport.accepts(context));
  }
}
