import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import packageJson from '../package.json' with { type: 'json' };

const parts = ['gateway', 'aws', 'okta', 'servicenow', 'backend'] as const;

/** Where the parts of a running twin answer. */
export type TwinUrls = Readonly<Record<(typeof parts)[number], string>>;

export interface TwinProcess {
  readonly urls: TwinUrls;
  readonly process: ChildProcess;
  /** Everything it printed. */
  readonly logFile: string;
  /** Ends it as Ctrl-C does, and waits until it is gone. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');
/** Node's own options, with which `npm start` starts the twin. */
const startOptions = packageJson.scripts.start.split(' ').slice(1, -1);
/** Options of `npm start` for every twin that is started here: `--bundles`. */
const options = process.env['SALLYPORT_TWIN_OPTIONS']?.split(' ') ?? [];
const health = z.object({ urls: z.record(z.enum(parts), z.string()) });

/**
 * The twin that `npm start` runs with the same settings: the environment's, or those of the file `.env`.
 * @throws {Error} if none answers
 */
export async function runningTwin(): Promise<TwinUrls> {
  if (existsSync('.env')) loadEnvFile('.env');
  return urlsOf(`http://127.0.0.1:${process.env['SALLYPORT_PORT'] ?? '3000'}`);
}

/** @throws {Error} if no twin answers there */
export async function urlsOf(gateway: string): Promise<TwinUrls> {
  const answer = await fetch(`${gateway}/_twin/health`).catch(() => undefined);
  if (answer?.ok !== true) throw new Error(`no twin answers at ${gateway}; start one with: npm start`);
  return health.parse(await answer.json()).urls;
}

/**
 * Starts a twin in a process of its own and waits until it is ready.
 * @param settings variables of `.env.example` that differ from there
 * @param entry what to run in place of `npm start`; it has to print the same line when it is ready
 * @throws {Error} with what it printed, if it ends before it is ready
 */
export async function startTwinProcess(
  dataFolder: string,
  settings: Readonly<Record<string, string>> = {},
  entry = 'local/main.ts',
): Promise<TwinProcess> {
  const folder = resolve(dataFolder);
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'twin.log');
  const child = spawn(process.execPath, [...startOptions, entry, ...options], {
    cwd: root,
    env: { ...process.env, SALLYPORT_PORT: '0', ...settings, SALLYPORT_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => log.end(resolve));
  });

  const complaints: string[] = [];
  const gateway = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^ready (\S+)$/u.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => {
      reject(new Error(`the twin ended before it was ready: ${complaints.join('\n')}`));
    });
  });
  return {
    urls: await urlsOf(gateway).catch((error: unknown) => {
      throw new Error([String(error), ...complaints].join('\n'), { cause: error });
    }),
    process: child,
    logFile,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
