import { setTimeout as sleep } from 'node:timers/promises';
import { earliestTime } from '../../../src/stores/redis/redis-clock.js';
import { waitingFor } from '../../support/timing.js';

const node = (milliseconds: number, after = 0) => ({
  time: async () => {
    await sleep(after);
    return [String(Math.floor(milliseconds / 1000)), String((milliseconds % 1000) * 1000 + 999)];
  },
  info: async () => '',
});
const failing = (message: string) => ({ time: async () => Promise.reject(new Error(message)), info: async () => '' });
const hanging = { time: () => new Promise(() => {}), info: async () => '' };

describe('The time of several servers', () => {
  it('is the time of the only server', async () => {
    expect(await earliestTime([node(1_700_000_000_123)])).toBe(1_700_000_000_123);
  });

  it('is the earliest time, in any order of answers', async () => {
    expect(await earliestTime([node(2_000), node(1_000, 20), node(3_000)])).toBe(1_000);
    expect(await earliestTime([node(1_000), node(2_000, 20)])).toBe(1_000);
  });

  it('does not wait long for a server that hangs or fails', async () => {
    const asking = () => earliestTime([hanging, node(1_000), failing('gone')]);
    const { result, milliseconds } = await waitingFor(asking);
    expect(result).toBe(1_000);
    expect(milliseconds).toBeLessThan(200);
  });

  it('accepts a promise of a connection', async () => {
    expect(await earliestTime([Promise.resolve(node(1_000)), Promise.reject(new Error('no')), node(2_000)])).toBe(
      1_000,
    );
  });

  it('is the first error if all servers fail', async () => {
    await expect(earliestTime([failing('first'), failing('second')])).rejects.toThrow('first');
    await expect(earliestTime([failing('only')])).rejects.toThrow('only');
  });
});
