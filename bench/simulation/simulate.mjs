// Measures one topology: how long a revoked token is still accepted in each region, and what a request costs.
import { deploy } from './deployment.mjs';
import { random as seeded } from './random.mjs';

/** Milliseconds between two requests of a user to one process. */
const BETWEEN_REQUESTS = 40;

/** For how long a user is active before the revocation: longer than any cache of the topologies. */
const ACTIVE = 6_000;

export async function simulate(topology, { seed, users, time }) {
  const random = seeded(seed);
  const { primary, processes } = await deploy(topology, time, random);
  const measured = processes.map(({ region }) => ({ region, lives: [], waits: [] }));
  const before = processes.map(({ store }) => store.roundTrips ?? 0);
  const messagesBefore = primary.messages;
  await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      // Users come one after the other, so that their revocations are spread.
      await time.sleep(index * 500 * random.next());
      await revokeOneUser({ processes, measured, name: `user${index}`, random, time });
    }),
  );
  const requests = measured.reduce((sum, { waits }) => sum + waits.length, 0);
  const roundTrips = processes.reduce((sum, { store }, index) => sum + (store.roundTrips ?? 0) - before[index], 0);
  for (const { close } of processes) await close();
  return {
    topology,
    measured,
    roundTrips: roundTrips / requests,
    messages: (primary.messages - messagesBefore) / users,
  };
}

/** A user is active in every process, and logs out in one of them. The others go on asking until they refuse the token. */
async function revokeOneUser({ processes, measured, name, random, time }) {
  const home = random.pick(processes);
  const { accessToken, refreshToken } = await random.pick(processes).tokens.createTokenPair(name);
  let acknowledgedAt = Infinity;
  const revoking = time
    .sleep(random.around(ACTIVE))
    .then(() => home.tokens.revoke(refreshToken))
    .then(() => (acknowledgedAt = time.now()));
  // A replica knows the session after its lag.
  await time.sleep(1_000);
  const asking = processes.map(async ({ admits }, index) => {
    const { lives, waits } = measured[index];
    let lastAccepted = -Infinity;
    for (;;) {
      await time.sleep(random.around(BETWEEN_REQUESTS, 0.9));
      const askedAt = time.now();
      const isAdmitted = await admits(accessToken);
      waits.push(time.now() - askedAt);
      if (isAdmitted) lastAccepted = askedAt;
      else if (askedAt >= acknowledgedAt) break;
    }
    lives.push(Math.max(0, lastAccepted - acknowledgedAt));
  });
  await Promise.all([revoking, ...asking]);
}
