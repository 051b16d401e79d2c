import { messageOf, UsageError } from '../../local/command-line.ts';
import { ParametersInvalid, type Stage, stages } from './parameters.ts';

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

/** Describes an error of a command. Lists every fault of a parameter file. */
export const describeStageError = (error: unknown): string =>
  error instanceof ParametersInvalid
    ? ['The parameter file is not usable:', ...error.faults.map((fault) => `  ${fault}`)].join('\n')
    : messageOf(error);
