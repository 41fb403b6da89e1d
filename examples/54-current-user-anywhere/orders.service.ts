// #region service
import { Injectable } from '@nestjs/common';
import { JwtAuthenticator, JwtContextService } from 'nestjs-jwt-extended';

@Injectable()
export class OrdersService {
  constructor(
    private readonly jwt: JwtContextService,
    private readonly authenticator: JwtAuthenticator,
  ) {}

  list() {
    // null for an anonymous caller.
    return { owner: this.jwt.identity };
  }

  /** A job of a queue has no request. It has the token of the user who started it. */
  async report(job: { token: string }) {
    const context = await this.authenticator.authenticateToken(job.token);
    return this.jwt.run(context, () => this.list());
  }
}
// #endregion
