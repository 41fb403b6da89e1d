import type { JoseHeader, JwtPayload } from '../../types/claims.js';
import { ExistingObject } from '../../types/slot-map.js';

/** Stores the header of a token in a private field of its verified claims. */
export class HeaderSlot extends ExistingObject {
  #header: JoseHeader;

  constructor(payload: JwtPayload, header: JoseHeader) {
    super(payload);
    this.#header = header;
  }

  static get(payload: object): JoseHeader | undefined {
    return #header in payload ? payload.#header : undefined;
  }

  static set(payload: JwtPayload, header: JoseHeader): void {
    if (#header in payload) payload.#header = header;
    else new HeaderSlot(payload, header);
  }
}
