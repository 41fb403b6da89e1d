import type { ClientProxy } from '@nestjs/microservices';
import type { Credential } from './credential.js';

/** A packet of Nest before it is sent. */
interface Packet {
  data: unknown;
  metadata?: Readonly<Record<string, string>> | undefined;
}

type Hook = (packet: Packet) => void;

/** The members of a client since Nest 12. */
interface HookedClient {
  readonly onDispatchHook?: Hook;
  setOnDispatchHook?(hook: Hook): void;
}

/**
 * The data of one packet, with the token for it. Calls of several users share a client and its hook, so the token must come with
 * the packet itself. If the hook is lost, the data are sent without the token.
 */
export class PacketData {
  readonly #credential: Credential;

  constructor(
    readonly data: unknown,
    credential: Credential,
  ) {
    this.#credential = credential;
  }

  /** Puts the data and the token in the packet that holds this object. */
  static unwrap(packet: Packet, next: Hook | undefined): void {
    const { data } = packet;
    const isOurs = data instanceof PacketData;
    if (isOurs) packet.data = data.data;
    next?.(packet);
    if (!isOurs) return;
    const { name, value } = data.#credential;
    packet.metadata = { ...packet.metadata, [name]: value };
  }

  toJSON(): unknown {
    return this.data;
  }
}

const hooks = new WeakMap<ClientProxy, Hook>();

/**
 * Sets the hook of a client that puts the token in the metadata of a packet. It calls the hook that was there before. Another
 * library can set its own hook later, so this runs before each call.
 *
 * @throws Error before Nest 12, where packets have no metadata
 */
export function watchPackets(client: ClientProxy): void {
  const hooked = client as unknown as HookedClient;
  const before = hooked.onDispatchHook;
  if (before !== undefined && hooks.get(client) === before) return;
  if (typeof hooked.setOnDispatchHook !== 'function') {
    throw new Error(
      'withToken() needs Nest 12 for this client: before, messages over TCP and Redis have no metadata. Put the token in the data, ' +
        'and read it in the receiver with the option rpc: { token: (data) => data.token } of JwtExtendedModule.',
    );
  }
  const hook: Hook = (packet) => PacketData.unwrap(packet, before);
  hooked.setOnDispatchHook(hook);
  hooks.set(client, hook);
}
