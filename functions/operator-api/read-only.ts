import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import type { FieldError } from '../../core/problem.ts';
import { invalid, stale } from '../../middleware/http-api/api-problem.ts';

type Members<Name extends string> = Readonly<Record<Name, ReturnType<typeof member>>>;

const member = (description: string) => z.exactOptional(z.unknown()).meta({ description, readOnly: true });

const members = <Name extends string>(names: readonly Name[], description: string): Members<Name> =>
  Object.fromEntries(names.map((name) => [name, member(description)])) as Members<Name>;

/**
 * Returns the schemas of members that a change accepts only as they are. So a record can be read, edited and
 * sent back as a whole.
 */
export const readOnly = <Name extends string>(names: readonly Name[]): Members<Name> =>
  members(names, 'Read-only: as it was read, or left out.');

/** Returns the schemas of members that answers have besides the record. A change accepts and ignores them. */
export const ignored = <Name extends string>(names: readonly Name[]): Members<Name> =>
  members(names, 'Ignored: an answer has it besides the record.');

/**
 * Requires that a request sends the read-only members as they are, if it sends them.
 * @param shown the record as the API shows it
 * @param seen whether the request is meant for a version
 * @throws {ApiProblem} if the record is of another version, or naming every member that differs
 */
export function requireUnchanged(
  body: object,
  shown: Pick<Managed, 'version'>,
  names: readonly string[],
  seen: (version: number) => boolean,
): void {
  if (!seen(shown.version)) throw stale();
  const sentMembers = new Map<string, unknown>(Object.entries(body));
  const present = new Map<string, unknown>(
    Object.entries(JSON.parse(JSON.stringify(shown)) as Readonly<Record<string, unknown>>),
  );
  const errors = names
    .filter((name) => sentMembers.has(name) && !isDeepStrictEqual(sentMembers.get(name), present.get(name)))
    .map((name): FieldError => ({
      path: `/${name}`,
      code: 'read_only',
      allowed: 'As it was read, or left out: it cannot be changed here.',
    }));
  if (errors.length > 0) throw invalid(errors);
}
