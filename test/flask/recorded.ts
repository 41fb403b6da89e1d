import { readFileSync } from 'node:fs';

/** What a browser or program holds after a log-in. */
export interface RecordedSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly csrf: Readonly<Record<'access' | 'refresh', string | null>>;
}

/** The same, made by Flask, with the lines of its answers that set and delete the cookies. */
export interface FlaskSession extends RecordedSession {
  readonly setCookies: readonly string[];
  readonly unsetCookies: readonly string[];
}

/** How a service answered a request with a token that the other one made. */
export interface RecordedAnswer {
  readonly request: string;
  readonly sent: readonly string[];
  readonly status: number;
  readonly json: unknown;
}

type Configuration = Readonly<Record<string, unknown>>;

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`data/${file}`, import.meta.url), 'utf8')) as T;
}

function withFiles(configuration: Configuration): Configuration {
  const settings = Object.entries(configuration).map(([name, value]) => {
    const file = (value as { $file?: string }).$file;
    const path = new URL(`../conformance/data/${file}`, import.meta.url);
    return [name, file === undefined ? value : readFileSync(path, 'utf8')] as const;
  });
  return Object.fromEntries(settings);
}

const { sessions } = read<{ sessions: Record<string, FlaskSession> }>('from-flask.json');
const { answers } = read<{ answers: Record<string, RecordedAnswer[]> }>('flask-answers.json');
const made = read<Record<string, RecordedSession>>('from-nest.json');

/** By configuration: what Flask-JWT-Extended made, what was made here, and what Flask answered to it. */
export const RECORDED = Object.entries(read<Record<string, Configuration>>('configurations.json')).map(
  ([name, configuration]) => ({
    name,
    configuration: withFiles(configuration),
    flask: sessions[name] as FlaskSession,
    nest: made[name] as RecordedSession,
    answers: answers[name] as RecordedAnswer[],
  }),
);
