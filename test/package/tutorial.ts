import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';

/** One thing that a page asks its reader to do. */
export type Step =
  | { readonly kind: 'write'; readonly path: string; readonly code: string; readonly isAddition: boolean }
  /** A command, and the answer that the page shows. */
  | { readonly kind: 'run'; readonly command: string; readonly answer: string }
  /** Starts the application, or starts it again. */
  | { readonly kind: 'start'; readonly command: string }
  /** A line that the application has printed. */
  | { readonly kind: 'printed'; readonly text: string };

const BLOCK = /(?:^|\n)([^\n]*)\n\n```(\w+)\n(.*?)```(?=\n)/gs;
const START = 'node dist/main.js';

/** The steps of a page, in their order. The last line before a block of code names its file. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(BLOCK)].flatMap(([, before = '', language = '', code = '']): Step[] => {
    if (language === 'console') return commandsOf(code);
    if (language === 'text') return [{ kind: 'printed', text: code.trim() }];
    const path = /`([\w./-]+)`:$/.exec(before)?.[1];
    if (path === undefined) throw new Error(`The line before a block of ${language} names no file: ${before}`);
    return [{ kind: 'write', path, code, isAddition: before.includes('to the end of') }];
  });
}

function commandsOf(code: string): Step[] {
  const parts = code.trimEnd().split(/^\$ /m).slice(1);
  return parts.map((part) => {
    const [command = '', ...answer] = part.trimEnd().split('\n');
    return command === START ? { kind: 'start', command } : { kind: 'run', command, answer: answer.join('\n') };
  });
}

/** Ends the output of a command, so that the next one can begin. */
const END = '\x1e';

/** A reader of a tutorial, with a folder, a shell and an application. */
export class Reader {
  private readonly shell: ChildProcessWithoutNullStreams;
  private folder: string;
  private output = '';
  private port = 0;
  private isRunning = false;

  /** `replace` changes a command before it runs. */
  constructor(
    folder: string,
    private readonly replace: (command: string) => string,
  ) {
    this.folder = folder;
    // npm must not take more time than necessary. These settings change no result.
    const npm = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
    const { NODE_OPTIONS: _options, ...env } = process.env;
    this.shell = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env: { ...env, ...npm } });
    this.shell.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Does a step. Throws if the result differs from the page. */
  async follow(step: Step): Promise<void> {
    if (step.kind === 'write') return this.write(step);
    if (step.kind === 'start') return this.start(step.command);
    if (step.kind === 'printed') return this.expectPrinted(step.text);
    const answer = await this.run(this.replace(step.command));
    // The page shows the answers of the application, and not the output of npm and tsc.
    if (step.answer !== '' && withoutTokens(answer) !== step.answer)
      throw new Error(`$ ${step.command}\nshown:  ${step.answer}\nanswer: ${answer}`);
  }

  async close(): Promise<void> {
    await this.stop();
    this.shell.stdin.end();
  }

  private write({ path, code, isAddition }: Extract<Step, { kind: 'write' }>): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (isAddition) appendFileSync(file, `\n${code}`);
    else writeFileSync(file, code);
  }

  /** Runs a command in the shell, which keeps its variables, its functions and its folder. */
  private async run(command: string): Promise<string> {
    this.output = '';
    const local = command.replaceAll('localhost:3000', `localhost:${this.port}`);
    this.shell.stdin.write(`{ ${local}\n} 2>&1 </dev/null; printf '${END}%s ${END}%s${END}' $? "$PWD"\n`);
    while (this.output.split(END).length < 4) await sleep(20);
    const [text = '', status = '', folder = ''] = this.output.split(END);
    if (status.trim() !== '0') throw new Error(`$ ${command}\nstatus ${status}\n${text}`);
    this.folder = folder;
    return text.trim();
  }

  private async start(command: string): Promise<void> {
    await this.stop();
    // The same one after a restart, because functions of the shell can have the address.
    this.port ||= await freePort();
    await this.run(`PORT=${this.port} ${command} >server.log 2>&1 & SERVER=$!`);
    this.isRunning = true;
    const isUp = async () => (await this.run('curl -s -o /dev/null localhost:3000 && echo up || echo down')) === 'up';
    for (let attempt = 0; !(await isUp()); attempt++) {
      if (attempt === 200) throw new Error(`The application does not start.\n${this.log()}`);
      await sleep(100);
    }
  }

  private async stop(): Promise<void> {
    if (this.isRunning) await this.run('kill $SERVER; wait $SERVER || true');
    this.isRunning = false;
  }

  private expectPrinted(text: string): void {
    if (!this.log().includes(text)) throw new Error(`The application has not printed "${text}".\n${this.log()}`);
  }

  private log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }
}

/** Shortens tokens as the pages do. */
function withoutTokens(text: string): string {
  return text.replace(/eyJ[\w.-]+/g, 'eyJ…');
}
