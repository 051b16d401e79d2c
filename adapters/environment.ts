/** A function's configuration is incomplete. The message names every missing variable. */
export class EnvironmentIncomplete extends Error {
  override readonly name = 'EnvironmentIncomplete';
}

/**
 * Returns the named variables. Each must be set and not empty.
 * @throws {EnvironmentIncomplete}
 */
export function readEnvironment<Name extends string>(
  environment: NodeJS.ProcessEnv,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => (environment[name] ?? '') === '');
  if (missing.length > 0) {
    throw new EnvironmentIncomplete(`environment variables are missing: ${missing.join(', ')}`);
  }
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
