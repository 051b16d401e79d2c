import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FirstCallPrograms } from '../../pages/first-call.ts';

const run = promisify(execFile);

/** How a program is started: its file, if it is saved before, and the command. */
const starts: Readonly<
  Record<keyof FirstCallPrograms, { readonly file?: string; readonly command: string[] }>
> = {
  curl: { command: ['bash', '--noprofile', '--norc', '-i'] },
  node: { file: 'first-call.mjs', command: [process.execPath, 'first-call.mjs'] },
  python: { file: 'first_call.py', command: ['python3', 'first_call.py'] },
};

export type ProgramName = keyof FirstCallPrograms;
export const programNames: readonly ProgramName[] = ['curl', 'node', 'python'];

/**
 * Runs a program as the page says: pasted into a shell, or saved and run. It is on a terminal, where the secret
 * is typed when it is asked for.
 * @param shell the shell to paste into
 * @returns what the terminal has shown since the secret was asked for
 * @throws {Error} if the secret was not asked for, or if Python 3 or curl is not on this machine
 */
export async function typeSecretInto(
  name: ProgramName,
  program: string,
  secret: string,
  shell = starts.curl.command,
): Promise<string> {
  const { file, command } = starts[name];
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'secret'), secret);
    await writeFile(join(folder, 'pasted'), file === undefined ? program : '');
    if (file !== undefined) await writeFile(join(folder, file), program);
    const { stdout } = await run(
      'python3',
      [join(import.meta.dirname, 'paste.py'), 'secret', 'pasted', ...(file === undefined ? shell : command)],
      { cwd: folder, env: plainEnvironment() },
    );
    return stdout;
  });
}

/** Runs a saved program without a terminal, with the secret in its environment. Returns what it printed. */
export async function runWithSecret(
  name: Exclude<ProgramName, 'curl'>,
  program: string,
  secret: string,
): Promise<string> {
  const { file = '', command } = starts[name];
  return inFolder(async (folder) => {
    await writeFile(join(folder, file), program);
    const [executable = '', ...parameters] = command;
    const { stdout } = await run(executable, parameters, {
      cwd: folder,
      env: { ...plainEnvironment(), CLIENT_SECRET: secret },
    });
    return stdout;
  });
}

/** The environment of this process, without colours and proxies, which would not reach a server on this machine. */
const plainEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  FORCE_COLOR: '0',
  NO_COLOR: '1',
  NO_PROXY: '*',
  no_proxy: '*',
});

async function inFolder<Result>(action: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-pasted-'));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
