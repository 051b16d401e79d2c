import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { bundled, isBundled } from './bundle.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(import.meta.dirname, '../..');

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The text for standard input. */
  readonly input?: string;
  /** Whether it runs from its sources, exactly as npm runs it. Otherwise it runs from a bundle, if there is one. */
  readonly fromSources?: boolean;
}

/**
 * Runs one of the repository's scripts to its end, without the AWS variables of the person who runs the
 * tests.
 */
export async function run(
  script: string,
  args: readonly string[],
  { environment = {}, cwd = root, input = '', fromSources = false }: RunOptions = {},
): Promise<Ran> {
  const module = isBundled(script) && !fromSources ? await bundled(script) : join(root, script);
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
  );
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [module, ...args],
      { cwd, env: { ...inherited, ...environment } },
      (error, stdout, stderr) => {
        resolve({
          exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        });
      },
    );
    child.stdin?.end(input);
  });
}
