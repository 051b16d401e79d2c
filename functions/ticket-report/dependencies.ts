import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { vendors } from '../../adapters/vendors.ts';
import { prerequisiteOf } from '../../core/catalogue/prerequisite.ts';
import { ticketDependencies } from './ticket-dependencies.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { CATALOGUE_FILE } = readEnvironment(env, ['CATALOGUE_FILE']);
  return {
    ...ticketDependencies(env),
    prerequisite: prerequisiteOf(readCatalogue(CATALOGUE_FILE)),
    vendors,
  };
}
