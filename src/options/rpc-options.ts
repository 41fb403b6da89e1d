import type { RpcTokenCallback } from '../transports/rpc.js';
import type { OptionSection, ReadersOf } from './option-section.js';
import { callback, sectionOf } from './readers.js';

/** Where the token of a message of a microservice is. */
export interface RpcOptions {
  /**
   * Reads a token that is not in the metadata of the message. TCP and Redis have metadata since Nest 12.
   *
   * @default none: only the metadata is read
   * @example rpc: { token: (data) => data.token }
   */
  token?: RpcTokenCallback | undefined;
}

const RPC = {
  token: (section: OptionSection, name: string) => callback<RpcTokenCallback>(section, name),
} satisfies ReadersOf<RpcOptions>;

export const rpc = sectionOf(RPC);
