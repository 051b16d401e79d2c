import type { FieldFault, Problem } from '../../core/problem.ts';
import type { Role } from '../../core/operators/roles.ts';

/** The request is not done; whoever sent it hears why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.code);
    this.problem = problem;
    this.headers = headers;
  }
}

export const notFound = (): Refusal =>
  new Refusal({ status: 404, code: 'not_found', title: 'Nothing has this id.' });

export const invalid = (errors: readonly FieldFault[]): Refusal =>
  new Refusal({
    status: 422,
    code: 'invalid_request',
    title: 'The request breaks the rules listed in errors.',
    extensions: { errors },
  });

export const roleNeeded = (role: Role): Refusal =>
  new Refusal({
    status: 403,
    code: 'role_needed',
    title: `This takes the role ${role}.`,
    extensions: { role },
  });

/** RFC 6750 §3: without a token there is no error to be named. */
export const unauthorized = (tokenWasSent: boolean): Refusal =>
  new Refusal(
    { status: 401, code: 'unauthorized', title: "An operator's access token is needed, as Bearer." },
    {
      'www-authenticate': `Bearer realm="sallyport operators"${tokenWasSent ? ', error="invalid_token"' : ''}`,
    },
  );
