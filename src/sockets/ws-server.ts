import type { IncomingMessage } from 'node:http';
import type { Admission } from '../authentication/request-results.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HandshakeRequest } from '../transports/handshake-request.js';
import { handshakeOfUpgrade, rememberHandshake } from '../transports/handshakes.js';
import { withoutTokens } from '../transports/subprotocol.js';
import { backgroundTimer } from '../types/background-timer.js';
import type { Door, ServerRules } from './door.js';
import { refusalOf } from './handshake-refusal.js';

/** A client of `ws` on the server, as far as it is used here. */
export interface WsClient {
  readonly readyState: number;
  close(code: number, reason: string): void;
  terminate(): void;
  once(event: string, listener: () => void): unknown;
}

interface VerifyInfo {
  readonly req: IncomingMessage;
}

type Verdict = (accepted: boolean, status?: number, body?: string, headers?: Readonly<Record<string, string>>) => void;

type VerifyClient = ((info: VerifyInfo) => boolean) | ((info: VerifyInfo, verdict: Verdict) => void);

type HandleProtocols = (protocols: Set<string>, request: IncomingMessage) => string | false;

/** The server of `ws`. It reads these options at each upgrade. */
interface WsServer {
  readonly clients: unknown;
  readonly options: { verifyClient?: VerifyClient | null; handleProtocols?: HandleProtocols | null };
  handleUpgrade: unknown;
  prependListener(event: 'connection', listener: (client: WsClient, request: IncomingMessage) => void): unknown;
}

/** What is known of an accepted upgrade. */
interface AcceptedUpgrade {
  readonly request: HandshakeRequest;
  readonly admissions: readonly Admission[];
}

/** The close code of a connection whose token has ended. The codes from 4000 to 4999 are for applications (RFC 6455 s.7.4.2). */
export const UNAUTHORIZED_CLOSE = 4401;

/** How long a client can take to answer a close frame, in milliseconds. */
const CLOSE_TIMEOUT = 1000;

const CLOSED = 3;

/** The server that an adapter has created. `null` if it is none of `ws`. */
export function wsServerOf(server: unknown): WsServer | null {
  const { clients, options, handleUpgrade, prependListener } = (server ?? {}) as Partial<WsServer>;
  const isServer =
    clients instanceof Set && typeof options === 'object' && typeof handleUpgrade === 'function' && prependListener;
  return isServer ? (server as WsServer) : null;
}

/** Decides about the clients of a server before the upgrade. So a refused client gets an answer of HTTP. */
export function protectWsServer(server: WsServer, rules: ServerRules, door: Door): void {
  const accepted = new WeakMap<IncomingMessage, AcceptedUpgrade>();
  const { verifyClient: own, handleProtocols } = server.options;
  server.options.verifyClient = (info: VerifyInfo, verdict: Verdict) =>
    askApplication(own, info, (isAccepted, ...answer) => {
      if (!isAccepted) return verdict(false, ...answer);
      const request = handshakeOfUpgrade(info.req);
      const accept = (admissions: readonly Admission[]) => {
        accepted.set(info.req, { request, admissions });
        verdict(true);
      };
      if (door.isOpen(rules)) return accept([]);
      door.check(request, rules).then(accept, (error: unknown) => {
        const { status, body, headers } = refusalOf(error);
        verdict(false, status, body, headers);
      });
    });
  server.options.handleProtocols = (protocols, request) => selectProtocol(protocols, request, handleProtocols);
  server.prependListener('connection', (client, request) => {
    const upgrade = accepted.get(request) ?? null;
    if (upgrade !== null) enter(client, upgrade, door);
    else rememberHandshake(client, handshakeOfUpgrade(request));
    // Some code has replaced the option of the server.
    if (upgrade === null && !door.isOpen(rules)) client.terminate();
  });
}

/** The application's own `verifyClient` is asked first. `ws` looks at the number of its parameters. */
function askApplication(own: VerifyClient | null | undefined, info: VerifyInfo, verdict: Verdict): void {
  if (!own) verdict(true);
  else if (own.length === 2) own(info, verdict);
  else verdict((own as (info: VerifyInfo) => boolean)(info), 401);
}

/** Selects as `ws` does, or as the application does. The token is never a candidate, because the answer would repeat it. */
function selectProtocol(
  offered: Set<string>,
  request: IncomingMessage,
  own: HandleProtocols | null | undefined,
): string | false {
  const protocols = new Set(withoutTokens([...offered]));
  if (own) return own(protocols, request);
  const [first = false] = protocols;
  return first;
}

function enter(client: WsClient, { request, admissions }: AcceptedUpgrade, door: Door): void {
  rememberHandshake(client, request);
  door.letIn(client, admissions);
  const remove = door.register(client, admissions, endWs);
  if (remove !== null) client.once('close', remove);
}

function endWs(client: WsClient, { code }: JwtExtendedException): void {
  client.close(UNAUTHORIZED_CLOSE, code);
  backgroundTimer(() => {
    if (client.readyState !== CLOSED) client.terminate();
  }, CLOSE_TIMEOUT);
}
