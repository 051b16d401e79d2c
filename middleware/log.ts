import { Logger } from '@aws-lambda-powertools/logger';

/** Every message that functions log. A log line has one of these and identifiers, and never an input. */
export const logMessages = {
  step_ended: 'A workflow step has ended.',
  step_failed: 'A workflow step has failed; the state machine decides what follows.',
  request_answered: 'A request has been answered.',
  vendor_failed: 'A request could not be answered because a vendor failed.',
  link_locked: 'The last try at a pick-up link was a wrong code.',
  link_damaged:
    'A pick-up link gives nothing, because the records of it, its onboarding and its client do not fit each other.',
  mail_fate_noted: 'SES has reported what happened to a mail.',
  capacity_used_up: 'A request was not accepted, because no further client can be created.',
  swept:
    'The scheduled check has started what never started, counted what waits for a person, and reported what waits for a vendor.',
  operator_served: 'An operator has read or changed a record.',
  operator_refused: 'A request to the operator API has been refused.',
  authorizer_flushed: "The authorizer's cached answers in API Gateway have been flushed.",
  token_issued: 'A token has been issued.',
  token_request_refused: 'A request to an OAuth endpoint has been refused by the check that is named.',
  session_opened: 'A third party has logged a user in by a token in the address of a page.',
  signed_in: 'A person has signed in with the identity provider of a partner.',
  signed_out: 'A person has signed out, so the session has ended.',
  sign_out_refused: 'A request to sign out has been refused by the check that is named.',
  sign_in_refused: 'A sign-in has been refused by the check that is named.',
  session_refused: 'A token in the address of a page has been refused by the check that is named.',
  users_changed: 'The directory has told of users whose access changes.',
  users_swept: 'The records of users have been compared with the directory.',
  trust_swept: 'The keys of the registered issuers have been checked.',
  call_allowed: 'A call is allowed.',
  call_denied: 'A call with a valid token is denied by the named rule.',
  token_refused: 'A token is refused by the named rule.',
  evaluation_not_sealed:
    'The evaluation id of a decision is only the id of the invocation: KMS gave no key, or the facts or the policy are too long.',
  defect: 'An unexpected error has occurred. It is a defect of ours.',
} as const;

export type LogMessage = keyof typeof logMessages;
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Logs the registered messages. */
export interface Log {
  info(message: LogMessage, fields?: LogFields): void;
  warn(message: LogMessage, fields?: LogFields): void;
  error(message: LogMessage, fields?: LogFields): void;
}

/**
 * Creates a log of JSON lines. Each has one registered message, and the request id of the invocation in its
 * fields.
 */
export function createLog(functionName: string): Log {
  const logger = new Logger({ serviceName: functionName });
  const logAt =
    (level: 'info' | 'warn' | 'error') =>
    (message: LogMessage, fields: LogFields = {}): void =>
      logger[level](logMessages[message], { code: message, ...fields });
  return { info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

/**
 * Returns what may be logged about an unexpected error: its name and where it was thrown. Its message is left
 * out, because it may quote the input.
 */
export function describeDefect(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const place = error.stack
    ?.split('\n')
    .find((line) => line.trimStart().startsWith('at '))
    ?.trim();
  return { error: error.name, place };
}
