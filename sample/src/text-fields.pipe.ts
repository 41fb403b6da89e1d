import { BadRequestException, type PipeTransform } from '@nestjs/common';

const MOST = 256;

/** Reads the named strings of a JSON body. A missing, too short or too long string is answered 400. */
export class TextFields<Name extends string> implements PipeTransform<unknown, Record<Name, string>> {
  constructor(
    private readonly names: readonly Name[],
    private readonly least = 1,
  ) {}

  transform(body: unknown): Record<Name, string> {
    const fields = typeof body === 'object' && body !== null ? body : {};
    const texts = this.names.map((name) => [name, this.read(fields, name)]);
    return Object.fromEntries(texts) as Record<Name, string>;
  }

  private read(fields: object, name: Name): string {
    const value: unknown = Object.getOwnPropertyDescriptor(fields, name)?.value;
    if (typeof value === 'string' && value.length >= this.least && value.length <= MOST) return value;
    const msg = `"${name}" must be a string of ${this.least} to ${MOST} characters`;
    throw new BadRequestException({ msg, code: 'BAD_FIELD' });
  }
}
