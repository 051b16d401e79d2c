import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import packageJson from '../package.json' with { type: 'json' };

const parts = ['gateway', 'aws', 'okta', 'servicenow', 'backend'] as const;

/** The addresses of the parts of a running twin. */
export type TwinUrls = Readonly<Record<(typeof parts)[number], string>>;

export interface TwinProcess {
  readonly urls: TwinUrls;
  readonly process: ChildProcess;
  /** The file with everything that it printed. */
  readonly logFile: string;
  /** Stops it as Ctrl-C does, and waits until it has ended. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');
/** The options of Node with which `npm start` starts the twin. */
const startOptions = packageJson.scripts.start.split(' ').slice(1, -1);
/** Options of `npm start` for every twin that is started here, for example `--bundles`. */
const options = process.env['SALLYPORT_TWIN_OPTIONS']?.split(' ') ?? [];
const health = z.object({ urls: z.record(z.enum(parts), z.string()) });
const clock = z.object({ now: z.iso.datetime() });

/**
 * Returns the addresses of the twin that `npm start` runs with the same settings, from the environment or the
 * file `.env`.
 * @throws {Error} if no twin answers
 */
export async function runningTwin(): Promise<TwinUrls> {
  if (existsSync('.env')) loadEnvFile('.env');
  return urlsOf(`http://127.0.0.1:${process.env['SALLYPORT_PORT'] ?? '3000'}`);
}

/**
 * Returns the addresses of the twin at this gateway.
 * @throws {Error} if no twin answers there
 */
export async function urlsOf(gateway: string): Promise<TwinUrls> {
  const answer = await fetch(`${gateway}/_twin/health`).catch(() => undefined);
  if (answer?.ok !== true) throw new Error(`no twin answers at ${gateway}; start one with: npm start`);
  return health.parse(await answer.json()).urls;
}

/** Returns the time of the twin, whose clock may have been moved. */
export async function timeOf({ gateway }: TwinUrls): Promise<Date> {
  const answer = await fetch(`${gateway}/_twin/clock`);
  return new Date(clock.parse(await answer.json()).now);
}

/**
 * Starts a twin in a process of its own and waits until it is ready.
 * @param settings variables that differ from `.env.example`
 * @param entry the module to run instead of that of `npm start`; it must print the same line when it is ready
 * @throws {Error} with its error output, if it ends before it is ready
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

  const errorOutput: string[] = [];
  const gateway = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => errorOutput.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^ready (\S+)$/u.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => {
      reject(new Error(`the twin ended before it was ready: ${errorOutput.join('\n')}`));
    });
  });
  return {
    urls: await urlsOf(gateway).catch((error: unknown) => {
      throw new Error([String(error), ...errorOutput].join('\n'), { cause: error });
    }),
    process: child,
    logFile,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
