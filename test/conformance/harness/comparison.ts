import { has, isObject, mapValues, type JsonObject } from './document.js';
import type { PortVerdict, RecordedStep, Recording, Scenario } from './scenario.js';

/**
 * `same`: equal. `wording`: only a text or a class of PyJWT differs. `declared`: it differs, and its verdict or an earlier
 * verdict of the scenario allows that. `DIFFERENT`: everything else.
 */
export type ResultClass = 'same' | 'wording' | 'declared' | 'DIFFERENT';

/** One location in which two documents differ. */
export interface Deviation {
  readonly path: string;
  readonly golden: unknown;
  readonly ours: unknown;
}

/** The result of one step. */
export interface StepResult {
  /** Starts at 1. */
  readonly step: number;
  readonly request: string;
  readonly class: ResultClass;
  readonly verdict: PortVerdict['verdict'] | null;
  /** We answer like the reference, although the verdict advises to deviate. */
  readonly equalDespiteAdvice: boolean;
  readonly deviations: readonly Deviation[];
  /** Our answer: a status, or `refused` for the configuration. */
  readonly ours: number | 'refused';
}

const ABSENT = '$absent';
const ANY_ERROR = Object.freeze({ $anyError: true });
const NOT_COMPARED_IN_ERRORS = new Set(['bases', 'origin']);
const NONE: ReadonlySet<string> = new Set();

/** What is compared besides status, media type, body, cookies and callbacks. */
export interface ComparisonOptions {
  /** `WWW-Authenticate`. Flask-JWT-Extended has none, and this library has one on each 401. */
  readonly challenge: boolean;
}

/** Compares our recording with the golden recording, step by step. */
export function compareScenario(
  scenario: Scenario,
  golden: Recording,
  ours: Recording,
  options: ComparisonOptions = { challenge: false },
): StepResult[] {
  // Some verdicts advise to refuse the configuration. Then the other steps of the scenario have no answer to compare.
  const refusalAdvised = ours.refused !== undefined && scenario.steps.some(({ port }) => port?.verdict === 'deviate');
  let captureLost = false;
  return golden.steps.map((want, index) => {
    const step = scenario.steps[index] as Scenario['steps'][number];
    const got = ours.steps[index];
    const deviations = [...deviationsOf(want, got, ours.refused), ...challengeDifferences(want, got, options)];
    const verdict = step.port?.verdict ?? null;
    const allowed = verdict !== null || refusalAdvised || captureLost;
    const found = classify(want, deviations, allowed);
    // After an allowed failure, later steps can miss a captured value.
    captureLost ||= found === 'declared' && step.capture !== undefined;
    return {
      step: index + 1,
      request: want.request,
      class: found,
      verdict,
      equalDespiteAdvice: found === 'same' && verdict === 'deviate',
      deviations,
      ours: got?.status ?? 'refused',
    };
  });
}

function classify(want: RecordedStep, deviations: readonly Deviation[], allowed: boolean): ResultClass {
  if (deviations.length === 0) return 'same';
  if (isForeignWording(want, deviations)) return 'wording';
  return allowed ? 'declared' : 'DIFFERENT';
}

function deviationsOf(want: RecordedStep, got: RecordedStep | undefined, refused: string | undefined): Deviation[] {
  if (got) return [...differences(view(want), view(got)), ...traceDifferences(want, got)];
  if (refused === undefined) throw new Error(`Step ${want.step} was not recorded.`);
  return [{ path: '', golden: 'answered', ours: `configuration refused: ${refused}` }];
}

/** The compared parts of an answer. The body of an unhandled 500 belongs to the framework. */
function view(step: RecordedStep): JsonObject {
  if (step.status === 500) return { status: 500 };
  const mediaType = (step.contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return {
    status: step.status,
    mediaType: step.json === undefined ? '' : mediaType,
    json: step.json === undefined ? null : simplify(step.json),
    setCookies: simplify(step.setCookies ?? []),
  };
}

/** Removes the parts that a port cannot or need not repeat: the order of claims, classes of Python and errors of Python. */
function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (!isObject(value)) return value;
  const isError = has(value, 'class', 'message');
  if (isError && value.origin === 'python') return ANY_ERROR;
  if (has(value, '$time') && Object.keys(value).length === 1) return { $time: 'number' };
  const hidden = isError ? NOT_COMPARED_IN_ERRORS : NONE;
  const members = Object.entries(value).filter(([name]) => name !== 'claimOrder' && !hidden.has(name));
  return mapValues(Object.fromEntries(members), simplify);
}

function differences(golden: unknown, ours: unknown, path = ''): Deviation[] {
  if (golden === ANY_ERROR && has(ours, 'class', 'message')) return [];
  if (isObject(golden) && isObject(ours)) {
    const names = [...new Set([...Object.keys(golden), ...Object.keys(ours)])].sort();
    const member = (object: JsonObject, name: string) => (Object.hasOwn(object, name) ? object[name] : ABSENT);
    return names.flatMap((name) => differences(member(golden, name), member(ours, name), `${path}.${name}`));
  }
  if (Array.isArray(golden) && Array.isArray(ours) && golden.length === ours.length) {
    return golden.flatMap((item, index) => differences(item, ours[index], `${path}[${index}]`));
  }
  // The branches above compare two objects or lists. Here the values are primitive, or have different shapes.
  return JSON.stringify(golden) === JSON.stringify(ours) ? [] : [{ path, golden, ours }];
}

function challengeDifferences(
  want: RecordedStep,
  got: RecordedStep | undefined,
  { challenge }: ComparisonOptions,
): Deviation[] {
  // The answer to an unhandled 500 belongs to the framework.
  if (!challenge || got === undefined || want.status === 500) return [];
  return differences(want.wwwAuthenticate ?? ABSENT, got.wwwAuthenticate ?? ABSENT, '.wwwAuthenticate');
}

/** The callbacks in the order of their calls, because the same answer must have the same cause. */
function traceDifferences(want: RecordedStep, got: RecordedStep): Deviation[] {
  if (want.status !== got.status) return [];
  const [golden, ours] = [want, got].map(({ trace = [] }) => trace.join(', '));
  return golden === ours ? [] : [{ path: '.trace', golden, ours }];
}

/** Whether every difference is a text of PyJWT, or a class of PyJWT in /inspect. */
function isForeignWording(want: RecordedStep, deviations: readonly Deviation[]): boolean {
  if (!isObject(want.json)) return false;
  const error = has(want.json.error, 'class', 'message') ? want.json.error : want.raised;
  if (!isObject(error) || error.origin !== 'pyjwt') return false;
  const own = [error.message, error.class];
  return deviations.every(
    ({ path, golden, ours }) =>
      path.startsWith('.json.') && own.includes(golden) && typeof ours === 'string' && ours !== ABSENT,
  );
}
