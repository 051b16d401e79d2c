/** The AWS services that Sallyport calls, by the names that its errors use. */
export type AwsServiceName =
  | 'apigateway'
  | 'cognito'
  | 'cognitoidentity'
  | 'dynamodb'
  | 'eventbridge'
  | 'kms'
  | 'secretsmanager'
  | 'ses'
  | 'stepfunctions';

/** The classes of `core/errors.ts` that an error of AWS can become. */
export type ErrorMeaning =
  'Throttled' | 'Unavailable' | 'OutcomeUnknown' | 'Rejected' | 'Conflict' | 'NotFound' | 'Defect';

/** What an AWS error code means, whatever the HTTP status. */
export interface CodeRow {
  readonly code: string;
  /** The service that uses this code, or `any` if the code means the same in every service. */
  readonly service: AwsServiceName | 'any';
  /** The only operation that the row applies to, if there is just one. */
  readonly onlyOf?: string;
  /** The pattern that the error's message must match, where the code alone is ambiguous. */
  readonly says?: RegExp;
  readonly means: ErrorMeaning;
}

/** The error codes of AWS. The first row that matches applies. */
export const codeTable: readonly CodeRow[] = [
  { code: 'Throttling', service: 'any', means: 'Throttled' },
  { code: 'ThrottlingException', service: 'any', means: 'Throttled' },
  { code: 'TooManyRequestsException', service: 'any', means: 'Throttled' },
  { code: 'RequestLimitExceeded', service: 'any', means: 'Throttled' },
  { code: 'ProvisionedThroughputExceededException', service: 'dynamodb', means: 'Throttled' },
  { code: 'LimitExceededException', service: 'apigateway', means: 'Throttled' },
  // The user pool is full. An accepted request waits until there is room.
  {
    code: 'LimitExceededException',
    service: 'cognito',
    onlyOf: 'CreateUserPoolClient',
    means: 'Throttled',
  },
  { code: 'ExecutionLimitExceeded', service: 'stepfunctions', means: 'Throttled' },
  { code: 'KmsThrottlingException', service: 'stepfunctions', means: 'Throttled' },

  // Sallyport lacks a permission that it needs. A role, a key policy, a signature or an account setting is
  // wrong.
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
  { code: 'ResourceNotFoundException', service: 'cognitoidentity', means: 'Defect' },
  { code: 'ResourceNotFoundException', service: 'dynamodb', means: 'Defect' },
  { code: 'StateMachineDoesNotExist', service: 'stepfunctions', means: 'Defect' },

  // The recipient's address is the only part of a mail that a requester supplies.
  { code: 'MessageRejected', service: 'ses', says: /not verified/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', says: /suspended/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', says: /paused/i, means: 'Defect' },
  { code: 'MessageRejected', service: 'ses', means: 'Rejected' },
  { code: 'InvalidParameterValue', service: 'ses', means: 'Rejected' },

  // A rejected name, description or tag may contain what a requester entered.
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
 * What happened, where `codeTable` has no row for the code. An effect is a call that changes something. It
 * may have happened unless AWS says that it did not. A read never has an unknown outcome. Any other 4xx
 * refuses a request that Sallyport itself composed, so it is a defect of Sallyport.
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

/** The error class for a call with an effect and for a read. */
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
