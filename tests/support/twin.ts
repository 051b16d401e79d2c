import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwinProcess, type TwinProcess, type TwinUrls } from '../../clients/twin-process.ts';
import { bundled, bundledKeys } from './bundle.ts';
import { storeTwinKeys } from './twin-keys.ts';

export interface TestTwinOptions {
  /** Variables of the twin in addition to those of its location. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it starts from its sources, exactly as `npm start` starts it. Otherwise it starts from a bundle. */
  readonly fromSources?: boolean;
}

export interface TestTwin {
  readonly urls: TwinUrls;
  readonly dataFolder: string;
  readonly pid: number;
  /** Returns everything that its processes have printed. For a shared twin: since this file has begun to use it. */
  log(): string;
  /** Sends the signal and waits for the end. Returns the exit code, or the signal that ended the process. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Starts it again after `kill`, with the same ports and data. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts the twin like `npm start`: in a process of its own, on free ports, with a data folder of its own.
 */
export async function startTestTwin({
  environment = {},
  fromSources = false,
}: TestTwinOptions = {}): Promise<TestTwin> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sallyport-twin-'));
  await storeTwinKeys(dataFolder, await bundledKeys());
  const entry = fromSources ? undefined : await bundled('local/main.ts');
  const start = (port: number): Promise<TwinProcess> =>
    startTwinProcess(
      dataFolder,
      {
        // Without quotas nobody waits, so each test behaves the same whatever others do at the same time.
        SALLYPORT_VENDOR_PACE: 'unlimited',
        ...environment,
        SALLYPORT_PORT: String(port),
      },
      entry,
    );
  let twin = await startSomewhere(start);
  const killAtExit = (): void => {
    twin.process.kill('SIGKILL');
  };
  process.once('exit', killAtExit);
  const { urls } = twin;

  const kill = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
    const child = twin.process;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    }
    return child.exitCode ?? child.signalCode;
  };
  return {
    urls,
    dataFolder,
    kill,
    get pid() {
      return twin.process.pid ?? 0;
    },
    log: () => readFileSync(twin.logFile, 'utf8'),
    restart: async () => {
      twin = await start(Number(new URL(urls.gateway).port));
    },
    stop: async () => {
      await kill('SIGTERM');
      process.off('exit', killAtExit);
      await rm(dataFolder, { recursive: true });
    },
  };
}

const sharedTwins = new Map<string, Promise<TestTwin>>();

/**
 * Returns a twin for the files of a worker that use it one after the other, because a start takes longer than
 * most tests. It is for files that neither kill it nor expect it to be empty, and that put back its clock.
 * Their tickets, users, companies and issuers need names that no other file uses. `stop` lifts its faults and
 * leaves it running until the worker ends.
 */
export async function shareTestTwin(options: TestTwinOptions = {}): Promise<TestTwin> {
  const key = JSON.stringify(options);
  let shared = sharedTwins.get(key);
  if (shared === undefined) {
    shared = startTestTwin(options).then(shareUntilExit);
    sharedTwins.set(key, shared);
  }
  const twin = await shared;
  const printedBefore = twin.log().lastIndexOf('\n') + 1;
  return { ...twin, log: () => twin.log().slice(printedBefore) };
}

function shareUntilExit(twin: TestTwin): TestTwin {
  process.once('exit', () => {
    rmSync(twin.dataFolder, { recursive: true, force: true });
  });
  // Vitest ends its workers by this signal, which by itself would skip the handlers of `exit`.
  process.once('SIGTERM', () => process.exit());
  return {
    ...twin,
    stop: async () => {
      await fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' });
    },
  };
}

/**
 * Starts on ports that are chosen here. They must stay the same after a restart, because links and issuers
 * contain them. They are above 10080, the last port that `fetch` refuses, and below those that the system
 * assigns.
 */
async function startSomewhere(
  start: (port: number) => Promise<TwinProcess>,
  attempts = 20,
): Promise<TwinProcess> {
  try {
    return await start(11_000 + 5 * Math.floor(Math.random() * 4_000));
  } catch (error) {
    if (attempts > 1 && error instanceof Error && error.message.includes('is in use')) {
      return startSomewhere(start, attempts - 1);
    }
    throw error;
  }
}
