import { createHash } from 'node:crypto';

/** The resources of a CloudFormation template by logical id. */
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
 * Returns a logical id for a name in the catalogue. It is readable. A hash keeps it unique for names that
 * differ only in case or in characters that logical ids cannot contain.
 */
export function logicalId(kind: string, name: string): string {
  const words = name
    .split(/[^A-Za-z0-9]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `${kind}${words}${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

/** Returns the prefix of the logical ids that the Serverless Framework gives to a function. */
export const frameworkId = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash');
