import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set<ChildProcess>();
// The test does not use the pid, because another process can have the pid of an ended server.
process.once('exit', () => running.forEach((server) => server.kill('SIGKILL')));

/** No database server runs as root. If the tests run as root, the server runs as the user of its package. */
function accountOf(user: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout));
  return { uid: uid as number, gid: gid as number };
}

/** Creates a folder to which a server of this user can write. */
export function folderFor(user: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${user}-`));
  const account = accountOf(user);
  if (account) chownSync(folder, account.uid, account.gid);
  return folder;
}

/** Runs a command as this user. Throws if the command fails. */
export function runAs(user: string, command: string, args: readonly string[]): void {
  const options = { encoding: 'utf8', cwd: tmpdir(), ...accountOf(user) } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status !== 0) throw error ?? new Error(`${command} failed\n${stdout}\n${stderr}`);
}

/** The process of a server, with its child processes. */
export class DatabaseProcess {
  private readonly server: ChildProcess;
  private output = '';

  private constructor(user: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const options = { cwd: tmpdir(), env: { ...process.env, ...env }, ...accountOf(user) };
    this.server = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.server);
    for (const stream of [this.server.stdout, this.server.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-20_000)));
    }
  }

  /** Starts the process, and waits until it is ready. */
  static async start(
    {
      user,
      command,
      args,
      env = {},
    }: { user: string; command: string; args: readonly string[]; env?: NodeJS.ProcessEnv },
    isReady: () => Promise<boolean>,
  ): Promise<DatabaseProcess> {
    const started = new DatabaseProcess(user, command, args, env);
    for (let attempt = 0; !(await isReady()); attempt++) {
      if (attempt === 400 || started.hasEnded) throw new Error(`${command} does not start\n${started.output}`);
      await sleep(50);
    }
    return started;
  }

  /** The end of its log. */
  get log(): string {
    return this.output;
  }

  get hasEnded(): boolean {
    return this.server.exitCode !== null || this.server.signalCode !== null;
  }

  /** Stops the server and its child processes until `resume()`. Connections remain, but get no answers. */
  pause(): void {
    // The parent must stop first, because it would start other child processes.
    for (const pid of [this.server.pid as number, ...this.children()]) kill(pid, 'SIGSTOP');
  }

  /** Continues after `pause()`. */
  resume(): void {
    for (const pid of [...this.children(), this.server.pid as number]) kill(pid, 'SIGCONT');
  }

  /** Ends the process with a signal, and waits until it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.hasEnded) {
      const exited = once(this.server, 'exit');
      this.resume();
      kill(this.server.pid, signal);
      await exited;
    }
    running.delete(this.server);
  }

  private children(): number[] {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.filter((pid) => parentOf(pid) === this.server.pid).map(Number);
  }
}

function parentOf(pid: string): number | undefined {
  try {
    // State and parent follow the name, which is in parentheses and can contain any character.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \w /s, '')
        .split(' ')[0],
    );
  } catch {
    return undefined;
  }
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Removes the folder of a server. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
