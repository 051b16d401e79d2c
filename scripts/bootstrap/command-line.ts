import { readFileSync } from 'node:fs';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { messageOf, UsageError } from '../../local/command-line.ts';
import { createAwsClients, isStandIn } from './aws.ts';
import { parseParameters, ParametersInvalid, type Stage, stages } from './parameters.ts';
import type { BootstrapContext } from './step.ts';

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

/** The options of the commands that act on a stage. */
export const stageOption = {
  stage: { type: 'string', value: 'STAGE', required: true, about: `one of ${stages.join(', ')}` },
} as const;
export const paramsOption = {
  params: {
    type: 'string',
    value: 'FILE',
    required: true,
    about: 'the parameters of the stage: a copy of bootstrap.sample.yml that is filled in',
  },
} as const;
export const dryRunOption = {
  'dry-run': { type: 'boolean', about: 'says what would be done, and changes nothing' },
} as const;

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

/** Describes an error of a command. Lists every fault of a parameter file. */
export const describeStageError = (error: unknown): string =>
  error instanceof ParametersInvalid
    ? ['The parameter file is not usable:', ...error.faults.map((fault) => `  ${fault}`)].join('\n')
    : messageOf(error);
