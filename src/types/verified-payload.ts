import type { JoseHeader, JwtPayload } from './claims.js';
import { ExistingObject, SlotMap } from './slot-map.js';

/** The private field in which a verified payload holds the header of its token. */
class HeaderField extends ExistingObject {
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
    else new HeaderField(payload, header);
  }
}

const headers = new SlotMap<JwtPayload, JoseHeader>(HeaderField);

/** Marks a payload as verified by this process. A test can do so too, by `setJwtContext()`. */
export function markVerified(payload: JwtPayload, header: JoseHeader): void {
  headers.set(payload, header);
}

/** The header of a payload that this process verified; `undefined` for every other object, copies included. */
export function verifiedHeaderOf(payload: object): JoseHeader | undefined {
  return headers.get(payload as JwtPayload);
}
