import { Module } from '@nestjs/common';
import { Environment } from './environment.js';

@Module({
  providers: [{ provide: Environment, useFactory: () => new Environment(process.env) }],
  exports: [Environment],
})
export class EnvironmentModule {}
