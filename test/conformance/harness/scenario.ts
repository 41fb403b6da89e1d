import { readdirSync, readFileSync } from 'node:fs';

/** The request of a step, without captured values. */
export interface ScenarioRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly query?: string | Readonly<Record<string, unknown>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, unknown>>;
  readonly raw?: string;
  readonly contentType?: string | null;
}

/** The verdict of the recording's authors on a step: a port should differ for `deviate`, and may for `host` and `free`. */
export interface PortVerdict {
  readonly verdict: 'deviate' | 'host' | 'free';
  readonly why: string;
}

export interface Step {
  readonly request: ScenarioRequest;
  readonly capture?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly port?: PortVerdict;
}

export interface Scenario {
  readonly name: string;
  readonly note?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly loaders?: readonly string[];
  /** The handlers of Flask-JWT. */
  readonly handlers?: readonly string[];
  readonly steps: readonly Step[];
}

/** One recorded and normalised answer. */
export interface RecordedStep {
  readonly step: number;
  readonly request: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly json?: unknown;
  readonly text?: string;
  readonly setCookies?: readonly unknown[];
  readonly wwwAuthenticate?: readonly string[];
  readonly allow?: readonly string[];
  readonly trace?: readonly string[];
  readonly raised?: unknown;
  readonly captureFailed?: string;
}

/** The answers to a scenario. If its configuration was refused, `refused` is set and there are no answers. */
export interface Recording {
  readonly name: string;
  readonly steps: readonly RecordedStep[];
  readonly refused?: string;
}

/** The scenarios of one topic, each with the answers of the reference. */
export interface ScenarioGroup {
  readonly name: string;
  readonly scenarios: readonly { readonly scenario: Scenario; readonly golden: Recording }[];
}

const DATA = new URL('../data/', import.meta.url);

/** The scenarios in a folder of the data: `''` for Flask-JWT-Extended. */
export function loadGroups(folder = ''): ScenarioGroup[] {
  const data = new URL(folder, DATA);
  const files = readdirSync(new URL('scenarios/', data)).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => loadGroup(data, file.slice(0, -'.json'.length)));
}

function loadGroup(data: URL, name: string): ScenarioGroup {
  const sent = readGroup<Scenario>(new URL(`scenarios/${name}.json`, data));
  const golden = new Map(
    readGroup<Recording>(new URL(`golden/${name}.json`, data)).map((recording) => [recording.name, recording]),
  );
  return {
    name,
    scenarios: sent.map((scenario) => {
      const recording = golden.get(scenario.name);
      if (recording?.steps.length !== scenario.steps.length) {
        throw new Error(`The golden of ${name} / ${scenario.name} is missing or has another number of steps.`);
      }
      return { scenario, golden: recording };
    }),
  };
}

function readGroup<T>(file: URL): T[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { scenarios: T[] }).scenarios;
}
