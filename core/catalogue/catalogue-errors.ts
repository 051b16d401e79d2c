import * as z from 'zod';

/** One error in the catalogue. */
export interface CatalogueError {
  /** A JSON Pointer into the document. */
  readonly path: string;
  /** The last key of the path, if the catalogue knows no such key. */
  readonly unknownKey?: string;
  /** A sentence for the operator that says what is allowed. */
  readonly allowed: string;
}

const typesInWords: Readonly<Record<string, string>> = {
  string: 'A text.',
  number: 'A number.',
  boolean: 'true or false.',
  object: 'A mapping of keys to values.',
  record: 'A mapping of names to values.',
  array: 'A list.',
};

/** Says what is allowed where the schema itself does not say it. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') return typesInWords[issue.expected];
  if (issue.code === 'invalid_value') return `One of: ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'too_small' && issue.origin === 'array') return `At least ${issue.minimum} in the list.`;
  return undefined;
};

/**
 * Returns every error of a validation. Each unknown key is an error of its own, with the keys that are allowed.
 * @param at where in the catalogue the schema applies
 */
export function errorsOf(
  schema: z.core.$ZodType,
  error: z.ZodError | undefined,
  at: readonly PropertyKey[] = [],
): readonly CatalogueError[] {
  return (error?.issues ?? []).flatMap((issue): readonly CatalogueError[] => {
    const place = [...at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const allowed = keysAt(schema, issue.path);
      return issue.keys.map((key) => ({
        path: pointerTo([...place, key]),
        unknownKey: key,
        allowed: `The keys here are: ${allowed.join(', ')}.${suggestion(key, allowed)}`,
      }));
    }
    const messages =
      issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
    return [{ path: pointerTo(place), allowed: messages.join(' ') }];
  });
}

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Returns the keys that a schema allows in the mapping at this path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault
  ) {
    return keysAt(schema.unwrap(), path);
  }
  const [key, ...rest] = path;
  if (schema instanceof z.ZodArray && key !== undefined) return keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord && key !== undefined) return keysAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  if (key === undefined) return Object.keys(shape);
  const child = shape[String(key)];
  return child === undefined ? [] : keysAt(child, rest);
}

/** Names the most similar of the allowed keys, if one is similar. */
function suggestion(key: string, allowed: readonly string[]): string {
  const [nearest] = allowed
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((one, other) => one.distance - other.distance);
  return nearest === undefined ? '' : ` Did you mean ${nearest.name}?`;
}

/** Returns how many letters have to be inserted, deleted or replaced to make one text the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of Array.from(other).entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
