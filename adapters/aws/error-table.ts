/** The AWS services that Sallyport calls, by the names its errors give them. */
export type AwsServiceName =
  'apigateway' | 'cognito' | 'dynamodb' | 'eventbridge' | 'kms' | 'secretsmanager' | 'ses' | 'stepfunctions';

/** The errors of `core/errors.ts` that a vendor's trouble may become. */
export type ErrorMeaning =
  'Throttled' | 'Unavailable' | 'OutcomeUnknown' | 'Rejected' | 'Conflict' | 'NotFound' | 'Defect';

/** What an AWS error code means, whatever the HTTP status it came with. */
export interface CodeRow {
  readonly code: string;
  /** The service whose code this is; `any` where the code means the same everywhere. */
  readonly service: AwsServiceName | 'any';
  /** The operation to which the row applies, if it is only one. */
  readonly onlyOf?: string;
  /** What the error's words must hold, where the code says too little. */
  readonly says?: RegExp;
  readonly means: ErrorMeaning;
}

/** The first row that matches counts. */
export const codeTable: readonly CodeRow[] = [
  { code: 'Throttling', service: 'any', means: 'Throttled' },
  { code: 'ThrottlingException', service: 'any', means: 'Throttled' },
  { code: 'TooManyRequestsException', service: 'any', means: 'Throttled' },
  { code: 'RequestLimitExceeded', service: 'any', means: 'Throttled' },
  { code: 'ProvisionedThroughputExceededException', service: 'dynamodb', means: 'Throttled' },
  { code: 'LimitExceededException', service: 'apigateway', means: 'Throttled' },
  // The pool is full: a request that was accepted waits until there is room.
  {
    code: 'LimitExceededException',
    service: 'cognito',
    onlyOf: 'CreateUserPoolClient',
    means: 'Throttled',
  },
  { code: 'ExecutionLimitExceeded', service: 'stepfunctions', means: 'Throttled' },
  { code: 'KmsThrottlingException', service: 'stepfunctions', means: 'Throttled' },

  // We may not do what we are here for: a role, a key policy, a signature or a setting of the account is wrong.
  { code: 'AccessDenied', service: 'any', means: 'Defect' },
  { code: 'AccessDeniedException', service: 'any', means: 'Defect' },
  { code: 'UnauthorizedException', service: 'any', means: 'Defect' },
  { code: 'NotAuthorizedException', service: 'any', means: 'Defect' },
  { code: 'UnrecognizedClientException', service: 'any', means: 'Defect' },
  { code: 'InvalidClientTokenId', service: 'any', means: 'Defect' },
  { code: 'MissingAuthenticationToken', service: 'any', means: 'Defect' },
  { code: 'MissingAuthenticationTokenException', service: 'any', means: 'Defect' },
  { code: 'IncompleteSignature', service: 'any', means: 'Defect' },
  { code: 'IncompleteSignatureException', service: 'any', means: 'Defect' },
  { code: 'InvalidSignatureException', service: 'any', means: 'Defect' },
  { code: 'SignatureDoesNotMatch', service: 'any', means: 'Defect' },
  { code: 'ExpiredToken', service: 'any', means: 'Defect' },
  { code: 'ExpiredTokenException', service: 'any', means: 'Defect' },
  { code: 'OptInRequired', service: 'any', means: 'Defect' },
  { code: 'KmsAccessDeniedException', service: 'stepfunctions', means: 'Defect' },
  { code: 'DisabledException', service: 'kms', means: 'Defect' },
  { code: 'KMSInvalidStateException', service: 'kms', means: 'Defect' },
  { code: 'NotFoundException', service: 'kms', means: 'Defect' },
  { code: 'ResourceNotFoundException', service: 'dynamodb', means: 'Defect' },
  { code: 'StateMachineDoesNotExist', service: 'stepfunctions', means: 'Defect' },

  // All that a requester has a part in is the address of the mail.
  { code: 'MessageRejected', service: 'ses', says: /not verified/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', says: /suspended/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', says: /paused/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', means: 'Rejected' },
  { code: 'InvalidParameterValue', service: 'ses', means: 'Rejected' },

  // A name, a description or a tag that it does not take may hold what a requester entered.
  { code: 'BadRequestException', service: 'apigateway', means: 'Rejected' },

  { code: 'ConcurrentModificationException', service: 'cognito', means: 'Unavailable' },
  { code: 'CredentialsProviderError', service: 'any', means: 'Unavailable' },

  { code: 'ConflictException', service: 'apigateway', means: 'Conflict' },
  { code: 'ConditionalCheckFailedException', service: 'dynamodb', means: 'Conflict' },

  { code: 'NotFoundException', service: 'any', means: 'NotFound' },
  { code: 'ResourceNotFoundException', service: 'any', means: 'NotFound' },
  { code: 'ExecutionDoesNotExist', service: 'stepfunctions', means: 'NotFound' },
  { code: 'TaskDoesNotExist', service: 'stepfunctions', means: 'NotFound' },
  { code: 'TaskTimedOut', service: 'stepfunctions', means: 'NotFound' },
  { code: 'InvalidToken', service: 'stepfunctions', means: 'NotFound' },
];

/**
 * What happened where no code of `codeTable` tells. An effect is a call that changes something: unless AWS
 * says that it did not, it may have happened. A read has no outcome that could be unknown. Any other refusal is of
 * a request that Sallyport made up itself, so the fault is ours.
 */
export type Circumstance =
  | 'never connected'
  | 'no answer'
  | 'unreadable answer'
  | 'incomplete answer'
  | '5xx'
  | '429'
  | '409'
  | 'other 4xx';

export interface CircumstanceRow {
  readonly effect: ErrorMeaning;
  readonly read: ErrorMeaning;
}

export const circumstanceTable: Readonly<Record<Circumstance, CircumstanceRow>> = {
  'never connected': { effect: 'Unavailable', read: 'Unavailable' },
  'no answer': { effect: 'OutcomeUnknown', read: 'Unavailable' },
  'unreadable answer': { effect: 'OutcomeUnknown', read: 'Unavailable' },
  'incomplete answer': { effect: 'OutcomeUnknown', read: 'Unavailable' },
  '5xx': { effect: 'OutcomeUnknown', read: 'Unavailable' },
  '429': { effect: 'Throttled', read: 'Throttled' },
  '409': { effect: 'Conflict', read: 'Conflict' },
  'other 4xx': { effect: 'Defect', read: 'Defect' },
};
