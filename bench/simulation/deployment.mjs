// Starts the real module once for each process of a topology, each with its own view of the one store.
import { loadLibrary } from '../library.mjs';
import { controllerWith } from '../protections/route.mjs';
import { httpGuardCaller } from '../harness/guard-caller.mjs';
import { Primary, RegionalStore } from './regional-store.mjs';
import { BETWEEN, LAG, WITHIN } from './topologies.mjs';

const { JwtExtendedModule, JwtGuard, JwtRequired, TokenService } = await loadLibrary();

export async function deploy(topology, time, random) {
  const primary = new Primary(time);
  const oneWay = (region) => {
    const usual = topology.inMemory ? 0 : region === 'eu' ? WITHIN : BETWEEN[`eu ${region}`];
    return () => Math.round(random.around(usual));
  };
  const replicas = new Map();
  const replicaOf = (region) => {
    if (!replicas.has(region)) replicas.set(region, primary.replica(LAG));
    return { memory: replicas.get(region), oneWay: () => Math.round(random.around(WITHIN)) };
  };
  const processes = [];
  for (const region of topology.processes) {
    const readFrom = topology.replicas && region !== 'eu' ? replicaOf(region) : null;
    const store = topology.inMemory
      ? primary.memory
      : new RegionalStore({ time, primary, oneWay: oneWay(region), readFrom });
    processes.push(await startProcess(region, store, topology.local));
  }
  return { primary, processes };
}

async function startProcess(region, store, local) {
  const options = { secret: 'a secret of more than thirty-two bytes', revocation: { store, local } };
  const controller = controllerWith({ decorators: [JwtRequired()] });
  const module = {
    module: class SimulatedModule {},
    imports: [JwtExtendedModule.forRoot(options)],
    controllers: [controller],
  };
  const { call, context } = await httpGuardCaller({ guard: JwtGuard, rootModule: () => module });
  const admits = (token) =>
    call(`Bearer ${token}`).then(
      () => true,
      (error) => {
        if (error.code === 'JWT_REVOKED') return false;
        throw error;
      },
    );
  return { region, store, admits, tokens: context.get(TokenService), close: () => context.close() };
}
