// Runs one group in its own process, and sends the tables to the parent. The parent chooses the version of Node.
import 'reflect-metadata';

process.once('message', async ({ group, options }) => {
  try {
    const { run } = await import(`./groups/${group}.mjs`);
    process.send({ node: process.version, tables: await run(options) }, () => process.exit(0));
  } catch (error) {
    process.send({ error: error.stack ?? String(error) }, () => process.exit(1));
  }
});
