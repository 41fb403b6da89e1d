import { Logger } from '@nestjs/common';
import { textOfThrown } from '../types/thrown-value.js';

type Level = 'log' | 'warn' | 'error';

/**
 * The logger of the library. It also calls code of the application that must not end the process or change a response: it logs
 * what the code throws. A logger of the application that throws has no effect either.
 */
export class OwnLogger {
  private readonly logger = new Logger('JwtExtendedModule');

  log(message: string): void {
    this.write('log', message);
  }

  warn(message: string): void {
    this.write('warn', message);
  }

  error(message: string): void {
    this.write('error', message);
  }

  /** Calls code of the application, and does not wait for its promise. `name` is the name of the code in the log. */
  protect(name: string, work: () => unknown): void {
    const fail = (error: unknown) => this.error(`${name} failed: ${textOfThrown(error)}`);
    try {
      const result = work();
      if (isObject(result)) Promise.resolve(result).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  private write(level: Level, message: string): void {
    try {
      this.logger[level](message);
    } catch (error) {
      process.stderr.write(`The logger of the application failed: ${textOfThrown(error)}\n${message}\n`);
    }
  }
}

/** Promises are objects, and for other objects `Promise.resolve()` does no harm. */
function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
