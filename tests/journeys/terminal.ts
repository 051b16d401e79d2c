import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a block of commands has printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell that stays open: variables that one block sets are available to the next. */
export interface Terminal {
  /**
   * Runs the commands.
   *
   * @throws {Error} with the printed output, if a command fails or a variable is not set
   */
  type(commands: string): Promise<Printed>;
  close(): void;
}

const mark = '=== the block has ended ===\n';

/** Opens a bash in this repository, without the AWS variables of the person who runs the tests. */
export function openTerminal(environment: Readonly<Record<string, string>>): Terminal {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
  );
  const shell = spawn('bash', ['--noprofile', '--norc', '-eu', '-o', 'pipefail'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...inherited, ...environment },
    stdio: 'pipe',
  });
  const printed = { stdout: '', stderr: '' };
  let look = (): void => undefined;
  for (const stream of ['stdout', 'stderr'] as const) {
    shell[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
      look();
    });
  }

  return {
    type: (commands) =>
      new Promise((resolve, reject) => {
        const ended = (status: number | null): void =>
          reject(new Error(`exit status ${status} of:\n${commands}\n${printed.stdout}\n${printed.stderr}`));
        look = () => {
          if (!printed.stdout.endsWith(mark) || !printed.stderr.endsWith(mark)) return;
          shell.off('close', ended);
          resolve({
            stdout: printed.stdout.slice(0, -mark.length),
            stderr: printed.stderr.slice(0, -mark.length),
          });
          printed.stdout = printed.stderr = '';
        };
        shell.once('close', ended);
        // Commands must not read the following blocks from standard input.
        shell.stdin.write(`{\n${commands}\n} </dev/null\necho '${mark.trim()}'; echo '${mark.trim()}' >&2\n`);
      }),
    close: () => {
      shell.stdin.end();
    },
  };
}
