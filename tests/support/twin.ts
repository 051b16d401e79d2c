import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestTwinOptions {
  /** Variables of the twin beside those that say where it is. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TestTwin {
  readonly urls: Readonly<Record<'gateway' | 'aws' | 'okta' | 'servicenow' | 'backend', string>>;
  readonly dataFolder: string;
  readonly pid: number;
  /** Everything that its processes have printed so far. */
  log(): string;
  /** Sends the signal and waits for the end; answers the exit code, or the signal that ended it. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Starts it again after `kill`, on the same ports and data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** The twin as `npm start` starts it: a process of its own, on free ports, with a data folder of its own. */
export async function startTestTwin({ environment = {} }: TestTwinOptions = {}): Promise<TestTwin> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sallyport-twin-'));
  const logFile = join(dataFolder, 'twin.log');
  const log = (): string => readFileSync(logFile, 'utf8');
  let port = 0;
  let child: ChildProcess;

  const start = async (): Promise<void> => {
    appendFileSync(logFile, '');
    const printedBefore = log().length;
    child = spawn(process.execPath, ['local/main.ts'], {
      cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, SALLYPORT_PORT: String(port), SALLYPORT_DATA: dataFolder },
    });
    const twin = child;
    process.once('exit', () => twin.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      const printed = (chunk: Buffer): void => {
        appendFileSync(logFile, chunk);
        if (/^ready /m.test(log().slice(printedBefore))) resolve();
      };
      twin.stdout?.on('data', printed);
      twin.stderr?.on('data', printed);
      twin.once('close', () => reject(new Error(`the twin ended before it was ready:\n${log().slice(printedBefore)}`)));
    });
  };

  // Ports must be the same after a restart, since links and issuers hold them, so they are chosen here.
  for (let attempts = 1; ; attempts += 1) {
    port = 10_000 + 5 * Math.floor(Math.random() * 4_000);
    try {
      await start();
      break;
    } catch (error) {
      if (attempts < 20 && error instanceof Error && error.message.includes('is in use')) continue;
      throw error;
    }
  }

  const kill = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    }
    return child.exitCode ?? child.signalCode;
  };
  const url = (offset: number): string => `http://127.0.0.1:${port + offset}`;
  return {
    urls: { gateway: url(0), aws: url(1), okta: url(2), servicenow: url(3), backend: url(4) },
    dataFolder,
    get pid() { return child.pid ?? 0; },
    log,
    kill,
    restart: start,
    stop: async () => {
      await kill('SIGTERM');
      await rm(dataFolder, { recursive: true });
    },
  };
}
