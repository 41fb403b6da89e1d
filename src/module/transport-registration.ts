import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { registerTransports, unregisterTransports } from '../transports/memory-keys.js';
import { Transports } from '../transports/transports.js';

/** Makes the custom transports of this module known to `getJwtContext()` and the decorators while the application runs. */
@Injectable()
export class TransportRegistration implements OnApplicationShutdown {
  // In the constructor: a unit test may use the guard of a module that was compiled and not started.
  constructor(@Inject(Transports) private readonly transports: Transports) {
    registerTransports(transports);
  }

  onApplicationShutdown(): void {
    unregisterTransports(this.transports);
  }
}
