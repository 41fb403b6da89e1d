import { backgroundTimer } from '../types/background-timer.js';

/** Waits for work for so many milliseconds. Its timer does not keep the process alive. @throws Error with the text after that. */
export async function within<T>(work: Promise<T>, milliseconds: number, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = backgroundTimer(() => reject(new Error(problem)), milliseconds);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
