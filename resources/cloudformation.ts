import { createHash } from 'node:crypto';

/** Resources of a CloudFormation template by logical id. */
export type Resources = Readonly<
  Record<
    string,
    {
      readonly Type: string;
      readonly Properties: Readonly<Record<string, unknown>>;
      readonly DependsOn?: readonly string[];
      readonly DeletionPolicy?: string;
      readonly UpdateReplacePolicy?: string;
    }
  >
>;

/**
 * A logical id for what the catalogue calls `name`: readable, and unique also where names differ in
 * punctuation or case only, which logical ids cannot hold.
 */
export function logicalId(kind: string, name: string): string {
  const words = name
    .split(/[^A-Za-z0-9]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `${kind}${words}${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

/** How the framework begins the logical ids of a function. */
export const frameworkId = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash');
