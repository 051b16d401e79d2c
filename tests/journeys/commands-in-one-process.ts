import type { Ran } from '../support/commands.ts';

/**
 * Runs commands that only print a help text or a refusal, one after the other in this process. Most of the time
 * of such a command goes into loading the modules that all of them share. The argument is their command lines as
 * JSON, for example `[["scripts/show.ts", "--help"]]`. What came of each is printed as entries of a map, in JSON.
 */
const commandLines = JSON.parse(process.argv[2] ?? '[]') as readonly (readonly [string, ...string[]])[];

const printed = { stdout: '', stderr: '' };
const writeToStdout = process.stdout.write.bind(process.stdout);
for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = (text: string | Uint8Array): boolean => {
    printed[stream] += String(text);
    return true;
  };
}

const outcomes: [commandLine: string, outcome: Ran][] = [];
for (const [index, [module, ...args]] of commandLines.entries()) {
  process.argv = [process.execPath, module, ...args];
  process.exitCode = 0;
  printed.stdout = printed.stderr = '';
  // Node evaluates a module once for each query.
  await import(new URL(`../../${module}?run=${index}`, import.meta.url).href);
  outcomes.push([[module, ...args].join(' '), { exitCode: process.exitCode, ...printed }]);
}
process.exitCode = 0;
writeToStdout(JSON.stringify(outcomes));
