import type { FieldError, Problem } from '../../core/problem.ts';
import type { OperatorRole } from '../../core/operators/roles.ts';

/** The request is refused. The problem is returned to the operator. */
export class OperatorProblem extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.code);
    this.problem = problem;
    this.headers = headers;
  }
}

export const notFound = (): OperatorProblem =>
  new OperatorProblem({ status: 404, code: 'not_found', title: 'Nothing has this id.' });

export const invalid = (errors: readonly FieldError[]): OperatorProblem =>
  new OperatorProblem({
    status: 422,
    code: 'invalid_request',
    title: 'The request breaks the rules listed in errors.',
    extensions: { errors },
  });

export const roleNeeded = (role: OperatorRole): OperatorProblem =>
  new OperatorProblem({
    status: 403,
    code: 'role_needed',
    title: `This takes the role ${role}.`,
    extensions: { role },
  });

/** Returns the 401 response. RFC 6750 §3: without a token, no error is named. */
export const unauthorized = (tokenWasSent: boolean): OperatorProblem =>
  new OperatorProblem(
    { status: 401, code: 'unauthorized', title: "An operator's access token is needed, as Bearer." },
    {
      'www-authenticate': `Bearer realm="sallyport operators"${tokenWasSent ? ', error="invalid_token"' : ''}`,
    },
  );
