import { parseParameters, ParametersInvalid, type Surroundings } from '../../scripts/bootstrap/parameters.ts';

/** Returns the errors in a parameter file; an empty list if there are none. */
export function parameterFaults(yaml: string, surroundings: Surroundings): readonly string[] {
  try {
    parseParameters(yaml, surroundings);
    return [];
  } catch (error) {
    if (error instanceof ParametersInvalid) return error.faults;
    throw error;
  }
}
