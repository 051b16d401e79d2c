import { parseParameters, ParametersInvalid, type Surroundings } from '../../scripts/bootstrap/parameters.ts';

/** What is wrong with a parameter file; nothing if nothing is. */
export function parameterFaults(yaml: string, surroundings: Surroundings): readonly string[] {
  try {
    parseParameters(yaml, surroundings);
    return [];
  } catch (error) {
    if (error instanceof ParametersInvalid) return error.faults;
    throw error;
  }
}
