import { readFileSync } from 'node:fs';

/** The tokens and CSRF values of a log-in. */
export interface RecordedSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly csrf: Readonly<Record<'access' | 'refresh', string | null>>;
}

/** A log-in at Flask, with the `Set-Cookie` headers of its responses. */
export interface FlaskSession extends RecordedSession {
  readonly setCookies: readonly string[];
  readonly unsetCookies: readonly string[];
}

/** The response of a service to a request with a token of the other service. */
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

/** For each configuration: a log-in at Flask, a log-in at Nest, and Flask's responses to the log-in at Nest. */
export const RECORDED = Object.entries(read<Record<string, Configuration>>('configurations.json')).map(
  ([name, configuration]) => ({
    name,
    configuration: withFiles(configuration),
    flask: sessions[name] as FlaskSession,
    nest: made[name] as RecordedSession,
    answers: answers[name] as RecordedAnswer[],
  }),
);
