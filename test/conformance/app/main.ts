import { parseArgs } from 'node:util';
import { ConformanceServer } from './conformance-server.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3000' }, adapter: { type: 'string', default: 'express' } },
});
if (values.adapter !== 'express' && values.adapter !== 'fastify') {
  throw new TypeError(`--adapter must be express or fastify; it is "${values.adapter}".`);
}

const server = new ConformanceServer(values.adapter);
const port = await server.listen(Number(values.port));
console.log(`Conformance server (${values.adapter}) on http://127.0.0.1:${port}`);

function stop(): void {
  void server.close().then(() => process.exit(0));
}

process.once('SIGINT', stop).once('SIGTERM', stop);

// npm runs scripts in a shell that does not forward signals. Without this, the server would still run after the end of npm.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}
