// One of the other processes: it remembers that a token is valid, and reports when it first refuses it.
import { startApplication } from './application.mjs';

const now = () => Number(process.hrtime.bigint()) / 1e6;
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

const { store, accepts } = await startApplication({ ...JSON.parse(process.argv[2]), push: true });
let asked = 0;
for (const name of ['lookUp', 'lookUpMany']) {
  const ask = store[name].bind(store);
  store[name] = (query) => {
    asked++;
    return ask(query);
  };
}

/** Until then, each request asks the store: the connection for messages is not open yet. */
async function remember(token) {
  for (;;) {
    const before = asked;
    if (!(await accepts(token))) throw new Error('A valid token is refused.');
    if (asked === before) return;
    await turn();
  }
}

process.on('message', async (token) => {
  try {
    await remember(token);
    process.send({ remembers: true });
    while (await accepts(token)) await turn();
    process.send({ refusedAt: now() });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({ remembers: true });
