import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { RevocationStore } from 'nestjs-jwt-extended/store';
import { Environment } from '../environment/environment.js';
import { EnvironmentModule } from '../environment/environment.module.js';
import { openStore, type OpenStore } from './open-store.js';

const OPEN_STORE = Symbol('open store');

/** Provides the store of sessions: in PostgreSQL (`DATABASE_URL`), in Redis (`REDIS_URL`), or in memory. */
@Module({
  imports: [EnvironmentModule],
  providers: [
    { provide: OPEN_STORE, inject: [Environment], useFactory: openStore },
    { provide: RevocationStore, inject: [OPEN_STORE], useFactory: ({ store }: OpenStore) => store },
  ],
  exports: [RevocationStore],
})
export class RevocationModule implements OnApplicationShutdown {
  constructor(@Inject(OPEN_STORE) private readonly open: OpenStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.open.close();
  }
}
