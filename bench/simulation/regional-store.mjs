// A store in one region, as a process in another region sees it: every call takes the time of the network.
import { loadLibrary } from '../library.mjs';

const { RevocationStore } = await loadLibrary('./store');
const { MemoryRevocationStore } = await loadLibrary();

const WRITES = ['openSession', 'present', 'endSession', 'endSessions', 'deny'];
const READS = ['now', 'lookUp', 'lookUpMany', 'listSessions'];

/** The primary of a deployment. It repeats each write on its replicas after their lag. */
export class Primary {
  memory = new MemoryRevocationStore();
  replicas = [];
  messages = 0;

  constructor(time) {
    this.time = time;
  }

  /** A replica that applies each write `lag` milliseconds later. */
  replica(lag) {
    const memory = new MemoryRevocationStore();
    this.replicas.push({ memory, lag });
    return memory;
  }

  call(name, args) {
    const answer = this.memory[name](...args);
    if (!WRITES.includes(name)) return answer;
    for (const { memory, lag } of this.replicas) void this.time.sleep(lag).then(() => memory[name](...args));
    return answer;
  }
}

/** What a process works with. `oneWay()` is the delay to the primary, in milliseconds. `readFrom` replaces it for look-ups. */
export class RegionalStore extends RevocationStore {
  lookUpsAtOnce = 64;
  watchProblem = null;
  /** Round trips to a store in another region or the same one. */
  roundTrips = 0;

  constructor({ time, primary, oneWay, readFrom = null }) {
    super();
    Object.assign(this, { time, primary, oneWay, readFrom });
  }

  async exchange(name, args) {
    this.roundTrips++;
    const isRead = name === 'lookUp' || name === 'lookUpMany';
    const target = isRead && this.readFrom !== null ? this.readFrom : null;
    const delay = target === null ? this.oneWay : target.oneWay;
    await this.time.sleep(delay());
    const answer = target === null ? await this.primary.call(name, args) : await target.memory[name](...args);
    await this.time.sleep(delay());
    return answer;
  }

  async watch(onChange) {
    await this.exchange('now', []);
    // A connection keeps the order of its messages.
    let arrivesAt = 0;
    const deliver = async (subject) => {
      this.primary.messages++;
      const sentAt = this.time.now();
      arrivesAt = Math.max(arrivesAt, sentAt + this.oneWay());
      await this.time.sleep(arrivesAt - sentAt);
      onChange(subject);
    };
    const close = this.primary.memory.onLocalChange((subject) => void deliver(subject));
    return { ping: () => this.exchange('now', []), close };
  }
}

for (const name of [...READS, ...WRITES]) {
  RegionalStore.prototype[name] = function exchange(...args) {
    return this.exchange(name, args);
  };
}
