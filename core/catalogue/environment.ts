export const environments = ['DEV', 'UAT', 'PROD'] as const;
export type Environment = (typeof environments)[number];

/**
 * Returns the environment of this name.
 * @throws {RangeError} listing the known environments, if there is none of this name
 */
export function environmentNamed(name: string): Environment {
  const found = environments.find((known) => known === name);
  if (found === undefined) {
    throw new RangeError(`there is no environment ${name}; there are: ${environments.join(', ')}`);
  }
  return found;
}
