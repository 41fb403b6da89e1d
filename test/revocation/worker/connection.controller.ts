import { Controller, Delete, Get, Inject, Post, Query, Req } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getJwtContext, JwtRequired, Public, type JwtContext } from 'nestjs-jwt-extended';
import type * as Connections from '../../../src/connections/connection-registry.js';

// The registry is not public. It must be the class of the library that this process runs.
const file = new URL('./connections/connection-registry.js', import.meta.resolve('nestjs-jwt-extended'));
const { ConnectionRegistry } = (await import(file.href)) as typeof Connections;

/** The connections of a process that have ended. Times are milliseconds since 1970. */
export interface EndedConnections {
  readonly codes: Readonly<Record<string, number>>;
  readonly lastAt: number;
}

/** Opens connections without a transport. */
@Controller('connections')
export class ConnectionController {
  private codes: Record<string, number> = {};
  private lastAt = 0;

  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  @JwtRequired()
  @Post()
  open(@Req() request: object, @Query('count') count: string) {
    const context = getJwtContext(request) as JwtContext;
    for (let index = 0; index < Number(count); index++) {
      this.registry.add(context, { kind: 'socket', client: {}, end: ({ code }) => this.record(code) });
    }
    return { open: this.registry.size };
  }

  @Public()
  @Get()
  ended(): EndedConnections {
    return { codes: this.codes, lastAt: this.lastAt };
  }

  @Public()
  @Delete()
  forget() {
    this.codes = {};
    return { open: this.registry.size };
  }

  private get registry(): Connections.ConnectionRegistry {
    return this.moduleRef.get(ConnectionRegistry, { strict: false });
  }

  private record(code: string): void {
    this.codes[code] = (this.codes[code] ?? 0) + 1;
    this.lastAt = Date.now();
  }
}
