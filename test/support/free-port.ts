import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems use for outgoing connections (32768 on Linux, 49152 elsewhere): a server that is killed and
 * started again must find its port free.
 */
const [FIRST, LAST] = [10_000, 32_000];

/** A free port on loopback. */
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
