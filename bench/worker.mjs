// One group in a process of its own, in whichever Node runs this; the answer goes to the parent.
import 'reflect-metadata';

process.once('message', async ({ group, effort }) => {
  try {
    const { run } = await import(`./groups/${group}.mjs`);
    process.send({ node: process.version, tables: await run({ effort }) }, () => process.exit(0));
  } catch (error) {
    process.send({ error: error.stack ?? String(error) }, () => process.exit(1));
  }
});
