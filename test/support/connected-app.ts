import { Test, type TestingModule } from '@nestjs/testing';
import {
  JwtAuthenticator,
  TokenService,
  type JwtContext,
  type JwtExtendedException,
  type JwtExtendedOptions,
  type JwtRequirement,
} from 'nestjs-jwt-extended';
import { ConnectionRegistry, type LiveConnection } from '../../src/connections/connection-registry.js';
import { jwtModule } from './jwt-app.js';
import { RecordingLogger } from './recording-logger.js';

/** A connection without a transport. */
export class FakeConnection implements LiveConnection {
  readonly kind = 'socket';
  readonly client: object = {};
  readonly errors: JwtExtendedException[] = [];
  remove: () => void = () => undefined;

  end(error: JwtExtendedException): void {
    this.errors.push(error);
  }

  /** The code of the error that ended the connection; `null` while it is open. */
  get code(): string | null {
    return this.errors[0]?.code ?? null;
  }
}

/** An application that lets fake connections in. */
export class ConnectedApp {
  private constructor(
    readonly module: TestingModule,
    readonly logger: RecordingLogger,
  ) {}

  static async start(options: JwtExtendedOptions): Promise<ConnectedApp> {
    const logger = new RecordingLogger();
    const builder = Test.createTestingModule({ imports: [jwtModule(options)] }).setLogger(logger);
    const module = await builder.compile();
    await module.init();
    return new ConnectedApp(module, logger);
  }

  get tokens(): TokenService {
    return this.module.get(TokenService);
  }

  get registry(): ConnectionRegistry {
    return this.module.get(ConnectionRegistry);
  }

  /** Checks a token as the guard does. */
  check(token: string, requirement?: JwtRequirement): Promise<JwtContext> {
    return this.module.get(JwtAuthenticator).authenticateToken(token, requirement);
  }

  /** Opens a connection with a token. */
  async open(token: string, own: Partial<LiveConnection> = {}): Promise<FakeConnection> {
    return this.register(await this.check(token), own);
  }

  register(context: JwtContext, own: Partial<LiveConnection> = {}): FakeConnection {
    const connection = Object.assign(new FakeConnection(), own);
    connection.remove = this.registry.add(context, connection);
    return connection;
  }

  close(): Promise<void> {
    return this.module.close();
  }
}
