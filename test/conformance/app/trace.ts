import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

/** The trace of one request: the callbacks in order, and the first unexpected error. */
class RequestTrace {
  readonly callbacks: string[] = [];
  raised: { class: string; message: string } | null = null;
}

const current = new AsyncLocalStorage<RequestTrace>();

/** Records the call of a callback. */
export function noteCallback(name: string): void {
  current.getStore()?.callbacks.push(name);
}

/** Records the error that caused an answer. Only the first error counts. */
export function noteRaised(error: unknown): void {
  const trace = current.getStore();
  if (!trace || trace.raised) return;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  trace.raised = { class: name, message };
}

/** Runs a request, and adds its trace to the answer as two headers. */
export function traced(response: ServerResponse, handle: () => void): void {
  const trace = new RequestTrace();
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    if (trace.callbacks.length > 0) response.setHeader('X-Conformance-Trace', trace.callbacks.join(','));
    if (trace.raised) response.setHeader('X-Conformance-Raised', asciiJson(trace.raised));
    return writeHead(...args);
  };
  current.run(trace, handle);
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
