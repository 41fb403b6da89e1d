import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * The ports are below those for outgoing connections (from 32768 on Linux, from 49152 on other systems). Otherwise such a
 * connection could use the port of a killed server before the server starts again.
 */
const [FIRST, LAST] = [10_000, 32_000];

/** A free port of the loopback. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await canListenOn(port)) return port;
  }
}

async function canListenOn(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
