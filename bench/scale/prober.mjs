// Asks for a look-up every 5 ms while something else goes on, and finds the longest time between two answers.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('./prober-process.mjs', import.meta.url));

/** The pause after each answer, in milliseconds. */
const PAUSE = 5;

/** Calls `ask` again and again. */
export class Asking {
  #isOn = false;
  #longest = 0;
  #loop = Promise.resolve();

  constructor(ask) {
    this.ask = ask;
  }

  start() {
    this.#isOn = true;
    this.#longest = 0;
    this.#loop = this.#run();
  }

  /** The longest time in milliseconds from the end of a pause to the answer. */
  async stop() {
    this.#isOn = false;
    await this.#loop;
    return this.#longest;
  }

  async #run() {
    let answered = performance.now();
    while (this.#isOn) {
      await sleep(PAUSE);
      await this.ask();
      const now = performance.now();
      this.#longest = Math.max(this.#longest, now - answered - PAUSE);
      answered = now;
    }
  }
}

/** A prober in a process of its own, with its own connection. */
export async function startProber(settings) {
  const child = fork(PROCESS, [JSON.stringify(settings)], { execArgv: [] });
  let settle;
  child.on('message', ({ longest }) => settle.resolve(longest));
  child.on('exit', () => settle.reject(new Error('The prober has ended.')));
  const answer = () => new Promise((resolve, reject) => (settle = { resolve, reject }));
  await answer();
  return {
    start() {
      child.send('start');
      return answer();
    },
    stop() {
      child.send('stop');
      return answer();
    },
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
