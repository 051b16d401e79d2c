import { readFileSync } from 'node:fs';
import { UsageError } from '../../local/command-line.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { createAwsClients, isStandIn } from './aws.ts';
import { parseParameters, type Stage } from './parameters.ts';
import type { BootstrapContext } from './step.ts';

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
