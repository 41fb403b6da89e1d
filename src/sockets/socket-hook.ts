import { Inject, Injectable, type OnApplicationBootstrap, type WebSocketAdapter } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService } from '@nestjs/core';
import { OwnLogger } from '../errors/own-logger.js';
import { Concealed } from '../types/concealed.js';
import { isAuthenticated, setDoor } from './authenticate-sockets.js';
import { Door, type ServerRules } from './door.js';
import { addressOf, addressOfGateway, allGateways, isSameAddress, type SocketAddress } from './gateways.js';
import { HandshakeCheck, type ProtectedGateway } from './handshake-check.js';
import { ioNamespaceOf, protectNamespace } from './io-namespace.js';
import { protectWsServer, wsServerOf } from './ws-server.js';

/** A server or namespace that an adapter has created, and the addresses of its gateways. */
interface CreatedServer extends ServerRules {
  readonly addresses: SocketAddress[];
  gateways: readonly ProtectedGateway[];
  isProtected: boolean;
}

/** The methods `create` that this library replaced. An adapter can be used by one application after the other. */
const originals = new WeakMap<object, WebSocketAdapter['create']>();

/**
 * Protects the servers of gateways. Nest creates each of them with the adapter, so the library wraps that function. It does so in a
 * constructor, because Nest sets the adapter after all providers are there and before the first server.
 */
@Injectable()
@Concealed()
export class SocketHook implements OnApplicationBootstrap {
  private readonly servers = new Map<unknown, CreatedServer>();
  private readonly logger = new OwnLogger();

  constructor(
    // Nest 10 and 11 have none in createApplicationContext(), which serves no gateway.
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig | undefined,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(HandshakeCheck) private readonly handshakes: HandshakeCheck,
    @Inject(Door) private readonly door: Door,
  ) {
    if (application === undefined) return;
    const setAdapter = application.setIoAdapter.bind(application);
    application.setIoAdapter = (adapter) => {
      this.wrap(adapter);
      setAdapter(adapter);
    };
  }

  /** Refuses to start if Nest has created a server of a protected gateway in another way. */
  onApplicationBootstrap(): void {
    // Without an adapter, Nest serves no gateway.
    if (!this.application?.getIoAdapter()) return;
    const known = [...this.servers.values()].flatMap(({ addresses }) => addresses);
    const open = this.handshakes
      .protectedOf(allGateways(this.discovery))
      .filter(({ gateway }) => !known.some((address) => isSameAddress(address, addressOfGateway(gateway))));
    if (open.length > 0) refuse(open, this.application.getIoAdapter());
  }

  private wrap(adapter: WebSocketAdapter): void {
    const create = originals.get(adapter) ?? adapter.create.bind(adapter);
    originals.set(adapter, create);
    adapter.create = (port: number, options?: object): unknown => {
      const server: unknown = create(port, options);
      this.protect(server, addressOf(port, options), adapter);
      return server;
    };
  }

  /** Several gateways can share a server. Each of them adds its address. */
  private protect(created: unknown, address: SocketAddress, adapter: WebSocketAdapter): void {
    const server = ioNamespaceOf(created) ?? created;
    const known = this.servers.get(server);
    const rules: CreatedServer = known ?? { addresses: [], gateways: [], isProtected: false };
    rules.addresses.push(address);
    rules.gateways = this.gatewaysAt(rules.addresses);
    this.servers.set(server, rules);
    rules.isProtected ||= this.hook(created, rules, adapter);
    if (rules.isProtected || rules.gateways.length === 0) return;
    // Nest does not know the server yet, and it can listen already.
    this.logger.protect('close() of the WebSocket adapter', () => adapter.close(created));
    refuse(rules.gateways, adapter);
  }

  /** Returns whether the clients of the server can be refused. */
  private hook(created: unknown, rules: CreatedServer, adapter: WebSocketAdapter): boolean {
    const [namespace, wsServer] = [ioNamespaceOf(created), wsServerOf(created)];
    if (namespace !== null) protectNamespace(namespace, rules, this.door);
    else if (wsServer !== null) protectWsServer(wsServer, rules, this.door);
    else if (!isAuthenticated(adapter)) return false;
    else setDoor(adapter, created, rules, this.door);
    if (namespace !== null || wsServer !== null) setDoor(adapter, created, rules, null);
    return true;
  }

  private gatewaysAt(addresses: readonly SocketAddress[]): ProtectedGateway[] {
    const gateways = allGateways(this.discovery).filter((gateway) =>
      addresses.some((address) => isSameAddress(address, addressOfGateway(gateway))),
    );
    return this.handshakes.protectedOf(gateways);
  }
}

function refuse(gateways: readonly ProtectedGateway[], adapter: unknown): never {
  const names = gateways.map(({ gateway }) => gateway.name).join(', ');
  const adapterName = (adapter as object).constructor.name;
  throw new TypeError(
    `${names}: the handshake requires a token, and the library cannot check it in the servers of ${adapterName}. Wrap the ` +
      `adapter: app.useWebSocketAdapter(authenticateSockets(new ${adapterName}(app))). Or mark the class @Public(), and put ` +
      '@JwtRequired() on the handlers of its messages.',
  );
}
