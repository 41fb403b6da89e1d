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

/** Where the claims for the application come from. */
interface Origin {
  readonly signed: JwtPayload;
  /** The schema that has checked them. `null`: a test has set them, and no schema is asked. */
  readonly schema: object | null;
}

const origins = new WeakMap<object, Origin>();

/** Marks what a schema has returned for signed claims. */
export function markChecked(claims: JwtPayload, signed: JwtPayload, schema: object | null): void {
  origins.set(claims, { signed, schema });
}

/** The claims as they were signed, for those that a schema has returned. Every other payload is returned as it is. */
export function signedPayloadOf(payload: JwtPayload): JwtPayload {
  return origins.get(payload)?.signed ?? payload;
}

/** Whether a schema has checked the claims, or a test has set them. */
export function isCheckedBy(claims: JwtPayload, schema: object): boolean {
  const origin = origins.get(claims);
  return origin !== undefined && (origin.schema === null || origin.schema === schema);
}

/** The header of a payload that this process verified; `undefined` for every other object, copies included. */
export function verifiedHeaderOf(payload: object): JoseHeader | undefined {
  return headers.get(signedPayloadOf(payload as JwtPayload));
}
