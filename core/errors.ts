/**
 * Details of a failed call to another service. `detail` is shown in the execution history, in the ticket and
 * to operators. So it contains only vendor codes and counts, and never an input, a token, a link or a code.
 */
export interface ErrorDetails {
  readonly service: string;
  readonly operation: string;
  readonly detail: string;
  readonly cause?: unknown;
}

/**
 * The base class of every error that a workflow step may end with. State machines match on `name`. So each
 * class sets it to a literal, because a minifier renames classes but not strings.
 */
export abstract class StepError extends Error {
  abstract override readonly name: StepErrorName;
  readonly service: string;
  readonly operation: string;
  readonly detail: string;

  constructor(details: ErrorDetails) {
    super(`${details.service} ${details.operation}: ${details.detail}`, { cause: details.cause });
    this.service = details.service;
    this.operation = details.operation;
    this.detail = details.detail;
  }
}

/** The error names that the Retry and Catch fields of a state machine may use. */
export type StepErrorName =
  | 'Throttled'
  | 'Unavailable'
  | 'OutcomeUnknown'
  | 'AwaitingTurn'
  | 'Rejected'
  | 'Conflict'
  | 'NotFound'
  | 'RollbackIncomplete'
  | 'Defect';

/** The vendor refused the call because there were too many. Nothing happened. Retried. */
export class Throttled extends StepError {
  override readonly name = 'Throttled';
}
/** The vendor cannot answer now, and says that nothing happened. Retried. */
export class Unavailable extends StepError {
  override readonly name = 'Unavailable';
}
/** The request was sent but got no usable answer, so it may have had an effect. Looked up, then retried. */
export class OutcomeUnknown extends StepError {
  override readonly name = 'OutcomeUnknown';
}
/** The call was not made. Its turn comes at the moment that is the message, for a Wait state. Retried. */
export class AwaitingTurn extends StepError {
  override readonly name = 'AwaitingTurn';

  constructor({
    service,
    operation,
    until,
  }: {
    readonly service: string;
    readonly operation: string;
    readonly until: Date;
  }) {
    super({ service, operation, detail: until.toISOString() });
    this.message = this.detail;
  }
}
/** The request is refused for good, and will never be accepted. Not retried. */
export class Rejected extends StepError {
  override readonly name = 'Rejected';
}
/** Something that is not ours prevents the operation. Not retried. */
export class Conflict extends StepError {
  override readonly name = 'Conflict';
}
/** The requested resource does not exist. Not retried. */
export class NotFound extends StepError {
  override readonly name = 'NotFound';
}
/** The undo chain ended, and some effects of the onboarding are still there. `detail` names them. */
export class RollbackIncomplete extends StepError {
  override readonly name = 'RollbackIncomplete';
}
/** A fault of our own: in code, deployment, permission or credential. Operators are alerted. Not retried. */
export class Defect extends StepError {
  override readonly name = 'Defect';
}

/**
 * Tells whether the error means that the vendor is busy or down, so that the operation must be repeated
 * later.
 */
export const isTransient = (error: unknown): boolean =>
  error instanceof Throttled ||
  error instanceof Unavailable ||
  error instanceof OutcomeUnknown ||
  error instanceof AwaitingTurn;

/** Waits for a deletion. A resource that does not exist any more counts as deleted. */
export async function ignoreNotFound(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
}

/**
 * Turns `Rejected` into a `Defect`, and throws every other error unchanged. It is for calls where a refusal
 * is our own fault: `Rejected` would blame the onboarding request for it.
 */
export function rejectedToDefect(error: unknown): never {
  if (!(error instanceof Rejected)) throw error;
  const { service, operation, detail } = error;
  throw new Defect({ service, operation, detail, cause: error });
}
