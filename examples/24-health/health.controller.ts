import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Public } from 'nestjs-jwt-extended';
import { JwtHealthIndicator } from 'nestjs-jwt-extended/terminus';

@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly jwt: JwtHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  store() {
    return this.health.check([() => this.jwt.store()]);
  }

  @Get('keys')
  @HealthCheck()
  keys() {
    return this.health.check([() => this.jwt.keySets('jwt-keys', { timeout: '500ms' })]);
  }
}
