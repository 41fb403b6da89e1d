import { isObject, mapValues, valueAt } from './document.js';
import { wireRequest, type WireRequest, type WireResponse } from './http-exchange.js';
import { Normaliser } from './normaliser.js';
import type { RecordedStep, Recording, Scenario, ScenarioRequest } from './scenario.js';

export type Send = (request: WireRequest) => Promise<WireResponse>;

/** The replacement for a captured value that the answer did not have. It is no token. */
const CAPTURE_FAILED = 'capture-failed';

/** Sends the steps of a scenario one after the other, and records the normalised answers. */
export async function runScenario(scenario: Scenario, send: Send): Promise<Recording> {
  const normaliser = new Normaliser(scenario);
  const captured = new Map<string, unknown>();
  const steps: RecordedStep[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const request = fillIn(step.request, captured) as ScenarioRequest;
    const response = await send(wireRequest(request));
    const record = recordStep(index + 1, request, response, normaliser);
    let captureFailed: string | undefined;
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      const value = captureFrom(response, path);
      if (value === undefined) captureFailed = name;
      captured.set(name, value === undefined ? CAPTURE_FAILED : value);
    }
    steps.push(captureFailed === undefined ? record : { ...record, captureFailed });
  }
  return { name: scenario.name, steps };
}

function fillIn(value: unknown, captured: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => fillIn(item, captured));
  if (isObject(value)) return mapValues(value, (item) => fillIn(item, captured));
  if (typeof value !== 'string') return value;
  const whole = /^\{\{(\w+)\}\}$/.exec(value);
  if (whole) return capturedValue(whole[1] as string, captured);
  return value.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(capturedValue(name, captured)));
}

function capturedValue(name: string, captured: ReadonlyMap<string, unknown>): unknown {
  if (!captured.has(name)) throw new Error(`The scenario uses {{${name}}} before a step captures it.`);
  return captured.get(name);
}

function recordStep(step: number, sent: ScenarioRequest, response: WireResponse, normaliser: Normaliser): RecordedStep {
  const lines = (name: string) =>
    response.headers.filter((line) => line[0].toLowerCase() === name).map((line) => line[1]);
  const contentType = lines('content-type')[0] ?? null;
  const challenges = lines('www-authenticate');
  const cookies = lines('set-cookie');
  const allow = lines('allow');
  const trace = lines('x-conformance-trace')[0];
  const raised = lines('x-conformance-raised')[0];
  return {
    step,
    request: `${sent.method} ${sent.path}`,
    status: response.status,
    contentType,
    ...content(response.body, contentType, normaliser),
    ...(cookies.length > 0 && { setCookies: cookies.map((line) => normaliser.setCookie(line)) }),
    ...(challenges.length > 0 && { wwwAuthenticate: challenges }),
    ...(allow.length > 0 && {
      allow: allow
        .join(',')
        .split(',')
        .map((method) => method.trim())
        .sort(),
    }),
    ...(trace !== undefined && { trace: trace.split(',') }),
    ...(raised !== undefined && { raised: normaliser.value(JSON.parse(raised)) }),
  };
}

function content(body: Buffer, contentType: string | null, normaliser: Normaliser): { json?: unknown; text?: string } {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  if (contentType?.startsWith('application/json')) return { json: normaliser.value(JSON.parse(text)) };
  return { text: contentType?.startsWith('text/html') && text.trimStart().startsWith('<') ? '$html' : text };
}

/** The value that a step captures: a member of the JSON body, or a cookie. `undefined` if the answer does not have it. */
function captureFrom(response: WireResponse, path: string): unknown {
  if (path.startsWith('cookie:')) return cookieValue(response, path.slice('cookie:'.length));
  try {
    return valueAt(JSON.parse(response.body.toString('utf8')), path);
  } catch {
    return undefined;
  }
}

function cookieValue(response: WireResponse, name: string): string | undefined {
  const start = `${name}=`;
  for (const [header, line] of response.headers) {
    const pair = (line.split(';')[0] as string).trim();
    if (header.toLowerCase() === 'set-cookie' && pair.startsWith(start)) return pair.slice(start.length);
  }
  return undefined;
}
