import type { FieldError, Problem } from '../../core/problem.ts';

/** The request is refused. The problem is returned to the caller. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.code);
    this.problem = problem;
    this.headers = headers;
  }
}

/** @param title says what was not found */
export const notFound = (title = 'No record has this id.'): ApiProblem =>
  new ApiProblem({ status: 404, code: 'not_found', title });

export const invalid = (errors: readonly FieldError[]): ApiProblem =>
  new ApiProblem({
    status: 422,
    code: 'invalid_request',
    title: 'The request breaks the rules listed in errors.',
    extensions: { errors },
  });

export const invalidQuery = (errors: readonly FieldError[]): ApiProblem =>
  new ApiProblem({
    status: 400,
    code: 'invalid_query',
    title: 'The query breaks the rules listed in errors.',
    extensions: { errors },
  });

/** The code of {@link roleNeeded}. */
export const roleNeededCode = 'role_needed';

export const roleNeeded = (role: string): ApiProblem =>
  new ApiProblem({
    status: 403,
    code: roleNeededCode,
    title: `This takes the role ${role}.`,
    extensions: { role },
  });

export const stale = (): ApiProblem =>
  new ApiProblem({
    status: 412,
    code: 'changed_meanwhile',
    title: 'The record is of another version than If-Match names. Read it again.',
  });
