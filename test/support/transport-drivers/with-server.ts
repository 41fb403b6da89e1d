import type { RunningTransport } from './driver.js';

/** Runs a transport on a server of its own, which ends with it. */
export async function withServer<Server extends { stop(): Promise<void> }>(
  starting: Promise<Server>,
  run: (server: Server) => Promise<RunningTransport>,
): Promise<RunningTransport> {
  const server = await starting;
  const running = await run(server);
  return {
    call: (handler, token) => running.call(handler, token),
    async close() {
      await running.close();
      await server.stop();
    },
  };
}
