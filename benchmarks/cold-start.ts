import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A module that a new process can import, with the environment that it reads. */
export interface Importable {
  /** The folder to which Lambda would unpack the zip. */
  readonly root: string;
  readonly module: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Writes files below a folder, creating folders as needed. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Times in milliseconds. */
export interface StartCost {
  readonly wall: number;
  /** Processor time of the whole new process. */
  readonly cpu: number;
}

/**
 * Measures how long a new process takes to import a module. With an event, it also runs the handler, which
 * must answer with `status` if given.
 */
export async function measureStart(
  { root, module, environment }: Importable,
  event?: object,
  status?: number,
): Promise<StartCost> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
    const startedAt = performance.now();
    const { handler } = await import(${JSON.stringify(join(root, module))});
    ${event === undefined ? '' : `const answer = await handler(${JSON.stringify(event)}, { awsRequestId: 'benchmark', getRemainingTimeInMillis: () => 10_000 });`}
    ${status === undefined ? '' : `if (answer.statusCode !== ${status}) throw new Error('answered ' + JSON.stringify(answer));`}
    const wall = performance.now() - startedAt;
    const { user, system } = process.cpuUsage();
    process.stderr.write(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
    process.exit();
  `,
    ],
    { cwd: root, env: environment },
  );
  return JSON.parse(stderr) as StartCost;
}

export const timeStart = async (start: Importable, event?: object): Promise<number> =>
  (await measureStart(start, event)).wall;
