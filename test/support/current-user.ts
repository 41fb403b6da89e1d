import { Injectable } from '@nestjs/common';
import { JwtContextService } from 'nestjs-jwt-extended';

/** Waits for a random time, so that calls overtake each other. */
export function shortDelay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
}

/** A provider that knows the current user without a parameter. It reads the identity several times, after awaits and timers. */
@Injectable()
export class WhoService {
  constructor(private readonly jwt: JwtContextService) {}

  async who(): Promise<unknown> {
    const seen = [this.jwt.identity];
    await shortDelay();
    seen.push(this.jwt.identity);
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        seen.push(this.jwt.identity);
        resolve();
      });
    });
    await Promise.all([shortDelay(), shortDelay()]);
    seen.push(this.jwt.identity);
    return new Set(seen).size === 1 ? seen[0] : seen;
  }
}

/** The names of users of one test. */
export function userNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
}
