import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { createAwsClients, isStandIn } from './aws.ts';
import { parseParameters, ParametersInvalid, type Stage, stages } from './parameters.ts';
import type { BootstrapContext } from './step.ts';

/** The command line is not usable. The message says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Returns the stage with this name.
 * @throws {UsageError} naming the existing stages
 */
export function stageNamed(name: string | undefined): Stage {
  const stage = stages.find((known) => known === name);
  if (stage !== undefined) return stage;
  throw new UsageError(
    `${name === undefined ? '--stage is missing' : `There is no stage ${name}`}. The stages are: ${stages.join(', ')}.`,
  );
}

/**
 * Reads `--stage STAGE --params FILE` and further flags.
 * @throws {UsageError}
 */
export function readOptions<Flag extends string>(args: readonly string[], flags: readonly Flag[]) {
  const options = Object.fromEntries(
    flags.map((flag) => [flag, { type: 'boolean' as const, default: false }]),
  );
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { stage: { type: 'string' }, params: { type: 'string' }, ...options },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { stage, params } = values;
  return {
    stage: stageNamed(typeof stage === 'string' ? stage : undefined),
    params: typeof params === 'string' ? params : undefined,
    has: (flag: Flag): boolean => values[flag] === true,
  };
}

/**
 * Builds the context of the steps from the parameter file of a stage.
 * @throws {UsageError} if there is no such file
 * @throws {ParametersInvalid} naming every error in the file at once
 */
export function readContext(
  stage: Stage,
  file: string | undefined,
  say: BootstrapContext['say'],
  env: NodeJS.ProcessEnv = process.env,
): BootstrapContext {
  if (file === undefined) {
    throw new UsageError('--params is missing: a copy of bootstrap.sample.yml that is filled in.');
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`There is no file ${file}. Copy bootstrap.sample.yml to it, and fill it in.`);
  }
  const { catalogue } = readCatalogueSource('catalogue.yml');
  const parameters = parseParameters(text, { stage, catalogue, local: isStandIn(env) });
  return {
    parameters,
    catalogue,
    stack: `sallyport-${stage}`,
    say,
    aws: createAwsClients(parameters.region),
    clock: { now: () => new Date() },
  };
}

/** Runs a command. Prints an error that it throws, and sets the exit status. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const lines =
      error instanceof ParametersInvalid
        ? ['The parameter file is not usable:', ...error.faults.map((fault) => `  ${fault}`)]
        : [error instanceof Error ? error.message : String(error)];
    console.error(lines.map((line, index) => (index === 0 ? `✗ ${line}` : line)).join('\n'));
    process.exitCode = 1;
  }
}
