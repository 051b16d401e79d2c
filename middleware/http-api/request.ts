import * as z from 'zod';
import type { HttpRequest } from '../http-lambda.ts';
import { findPrototypeMembers } from '../../core/prototype-members.ts';
import { fieldErrorsOf } from './field-errors.ts';
import { invalid, invalidQuery, notFound, ApiProblem } from './api-problem.ts';

export const largestBody = 64 * 1024;

/**
 * Returns the body of a request, parsed by the operation's schema.
 * @throws {ApiProblem}
 */
export function bodyOf<Body>({ headers, body }: HttpRequest, schema: z.ZodType<Body>): Body {
  if (body.length > largestBody) {
    throw new ApiProblem({ status: 413, code: 'too_large', title: 'The body is larger than 64 KB.' });
  }
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new ApiProblem(
      { status: 415, code: 'not_json', title: 'The body has to be application/json.' },
      { accept: 'application/json' },
    );
  }
  const sent = objectIn(body);
  const { success, data, error } = schema.safeParse(sent);
  const fieldErrors = success ? [] : fieldErrorsOf(error, sent);
  // The other names are unknown members to the schema, and may be members where it allows any name.
  const ofPrototype = findPrototypeMembers(sent).filter(
    ({ path }) => !fieldErrors.some((each) => each.path === path),
  );
  const errors = [...fieldErrors, ...ofPrototype];
  if (!success || errors.length > 0) throw invalid(errors);
  return data;
}

function objectIn(body: Buffer): unknown {
  try {
    const sent: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    // What the schema returns lacks a member called __proto__.
    z.record(z.string(), z.unknown()).parse(sent);
    return sent;
  } catch {
    throw new ApiProblem({ status: 400, code: 'malformed', title: 'The body is not a JSON object.' });
  }
}

/**
 * Returns the query of a request. Unknown parameters are refused, because a misspelt filter would return
 * everything.
 * @throws {ApiProblem}
 */
export function queryOf(
  { query, repeatedQuery }: HttpRequest,
  schema: z.ZodObject = z.strictObject({}),
): unknown {
  const { success, data, error } = schema.safeParse(query);
  const repeated = repeatedQuery.map((name) => ({ path: `?${name}`, code: 'repeated', allowed: 'Once.' }));
  const invalidFields = success ? [] : fieldErrorsOf(error, query);
  const faults = [
    ...repeated,
    ...invalidFields.map(({ path, ...reason }) => ({ path: `?${path.slice(1)}`, ...reason })),
  ];
  if (faults.length > 0) throw invalidQuery(faults);
  return data;
}

/** Returns a path parameter decoded, as the caller meant it. It is empty if the encoding is broken. */
function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return '';
  }
}

/**
 * Returns an id from the path.
 * @throws {ApiProblem} as for an unknown id, if it does not have the syntax of one
 */
export function pathOf({ pathParameters }: HttpRequest, name: string): string {
  const id = decoded(pathParameters[name] ?? '');
  if (!/^[\w.@+'-]{1,700}$/u.test(id)) throw notFound();
  return id;
}

/** Returns the entity tag of a record, a strong one (RFC 9110 §8.8.3) made of its version. */
export const etagOf = (version: number): string => `"${version}"`;

/** The versions that `If-Match` names. */
export interface SeenVersions {
  readonly includes: (version: number) => boolean;
  /** Whether it is a single entity tag, so that it says which version the sender has read. */
  readonly isOne: boolean;
}

/**
 * Returns the versions that `If-Match` (RFC 9110 §13.1.1) names.
 * @throws {ApiProblem} if the header is missing (RFC 6585 §3) or malformed
 */
export function seenVersions({ headers }: HttpRequest): SeenVersions {
  const sent = headers['if-match']?.trim();
  if (sent === undefined || sent === '') {
    throw new ApiProblem({
      status: 428,
      code: 'if_match_needed',
      title: 'A change needs If-Match with the ETag of the record that it is meant for.',
    });
  }
  if (sent === '*') return { includes: () => true, isOne: false };
  const tags = sent.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(?:W\/)?"[\x21\x23-\x7e]*"$/u.test(tag))) {
    throw new ApiProblem({
      status: 400,
      code: 'malformed_if_match',
      title: 'If-Match is a list of entity tags, such as "3", or *.',
    });
  }
  return { includes: (version) => tags.includes(etagOf(version)), isOne: tags.length === 1 };
}
