import type { LoggerService } from '@nestjs/common';

/** Records the lines that Nest would print. */
export class RecordingLogger implements LoggerService {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];

  error(...messages: unknown[]): void {
    this.errors.push(messages.map(textOf).join(' '));
  }

  warn(...messages: unknown[]): void {
    this.warnings.push(messages.map(textOf).join(' '));
  }

  log(): void {}
}

function textOf(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}
