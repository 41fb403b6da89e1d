import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { Concealed } from '../types/concealed.js';
import { messageClassesOf } from './message-classes.js';
import { bringMessageFilter, MessageFilter } from './message-filter.js';

/** Adds the filter for our exceptions to every class that handles messages, with or without a decorator of this library. */
@Injectable()
@Concealed()
export class MessageFilters {
  // In the constructor: Nest binds the handlers of messages before it calls onModuleInit().
  constructor(
    @Inject(ApplicationConfig) application: ApplicationConfig | undefined,
    @Inject(HttpAdapterHost) adapterHost: HttpAdapterHost | undefined,
    @Inject(ModuleRef) moduleRef: ModuleRef,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    const filter = new MessageFilter(application, adapterHost, moduleRef, modules);
    for (const module of modules.values()) {
      const classes = messageClassesOf(module);
      classes.forEach(bringMessageFilter);
      // A value, because Nest skips a filter that it has not constructed itself.
      if (classes.length > 0) module.addInjectable({ provide: MessageFilter, useValue: filter }, 'filter');
    }
  }
}
