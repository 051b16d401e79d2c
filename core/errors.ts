/**
 * What went wrong at somebody else's door. `detail` is said aloud (execution history, ticket, operator's
 * screen), so it holds vendor codes and counts, never an input, a token, a link or a code.
 */
export interface ErrorDetails {
  readonly service: string;
  readonly operation: string;
  readonly detail: string;
  readonly cause?: unknown;
}

/**
 * Base of every error a workflow step may end with. State machines match on `name`, so each class sets it
 * to a literal: a minifier renames classes, never strings.
 */
export abstract class StepError extends Error {
  abstract override readonly name: StepErrorName;
  readonly service: string;
  readonly operation: string;
  readonly detail: string;

  constructor(fault: ErrorDetails) {
    super(`${fault.service} ${fault.operation}: ${fault.detail}`, { cause: fault.cause });
    this.service = fault.service;
    this.operation = fault.operation;
    this.detail = fault.detail;
  }
}

/** The names a state machine's Retry and Catch may mention. */
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

/** The vendor asks for patience; nothing happened. Retried. */
export class Throttled extends StepError {
  override readonly name = 'Throttled';
}
/** The vendor cannot answer now and says that nothing happened. Retried. */
export class Unavailable extends StepError {
  override readonly name = 'Unavailable';
}
/** The request left and no usable answer came: the effect may or may not be there. Looked up, then retried. */
export class OutcomeUnknown extends StepError {
  override readonly name = 'OutcomeUnknown';
}
/** The call was not made: its turn comes at the moment that is all its message says, for a Wait state. Retried. */
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
/** Refused for good: the same request will never be accepted. Not retried. */
export class Rejected extends StepError {
  override readonly name = 'Rejected';
}
/** Something that is not ours is in the way. Not retried. */
export class Conflict extends StepError {
  override readonly name = 'Conflict';
}
/** What was asked for is not there. Not retried. */
export class NotFound extends StepError {
  override readonly name = 'NotFound';
}
/** The undo chain ended and something of the onboarding is still there; `detail` names it. */
export class RollbackIncomplete extends StepError {
  override readonly name = 'RollbackIncomplete';
}
/** A fault of ours: of the code, a deployment, a right or a credential. Operators are alerted. Not retried. */
export class Defect extends StepError {
  override readonly name = 'Defect';
}

/** True if the vendor is busy or down: whatever was to be done is done later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Throttled ||
  error instanceof Unavailable ||
  error instanceof OutcomeUnknown ||
  error instanceof AwaitingTurn;

/** Waits for a deletion; what is gone already is as good as deleted. */
export async function ignoreNotFound(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
}

/**
 * A neighbour that refuses to answer us is our trouble: where `Rejected` would say that the request is, it
 * becomes a `Defect`.
 */
export function rejectedToDefect(error: unknown): never {
  if (!(error instanceof Rejected)) throw error;
  const { service, operation, detail } = error;
  throw new Defect({ service, operation, detail, cause: error });
}
