/**
 * The errors that the Tasks of the state machines retry. `npm run retries` writes them into the *.asl.json
 * files, and tests/infra/retry-policies.test.ts compares them. docs/failures.md explains the errors.
 */
export interface RetryPolicy {
  readonly errors: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
  readonly MaxAttempts: number;
  readonly JitterStrategy: 'FULL' | 'NONE';
}

export type PolicyName = 'mail' | 'waiting' | 'patient' | 'usual' | 'lambda';

/** Lambda could not accept the call, because there are too many. */
const lambdaBusy = ['Lambda.TooManyRequestsException', 'Lambda.EC2ThrottledException'];

/** Lambda could not run the function for the moment, or lost track of it. */
const lambdaTroubles = [
  'States.Timeout',
  'Sandbox.Timedout',
  // The four errors that AWS recommends to retry.
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  // Occur while a deployment creates or replaces the function, or while Lambda prepares it after a time
  // without calls.
  'Lambda.ResourceConflictException',
  'Lambda.ResourceNotReadyException',
  'Lambda.CodeArtifactUserPendingException',
  // Occur until the function's network interfaces exist, if a company attaches it to a network.
  'Lambda.EC2UnexpectedException',
  'Lambda.ENILimitReachedException',
  'Lambda.ENINotReadyException',
  'Lambda.SubnetIPAddressLimitReachedException',
];

/** The largest number that AWS accepts. The history of an execution is full earlier, after some weeks. */
export const withoutEnd = 99_999_999;

export const retryPolicies: Readonly<Record<PolicyName, RetryPolicy>> = {
  /**
   * It is not known whether SES accepted the mail. The waits are for SES's Send event, so they are never
   * shortened.
   */
  mail: {
    errors: ['OutcomeUnknown'],
    IntervalSeconds: 10,
    BackoffRate: 1.5,
    MaxDelaySeconds: 600,
    MaxAttempts: withoutEnd,
    JitterStrategy: 'NONE',
  },
  /** a vendor is busy or down. A step waits for it. After a day, operators are alerted and decide. */
  waiting: {
    errors: ['Throttled', 'Unavailable', 'OutcomeUnknown', 'AwaitingTurn', ...lambdaBusy, ...lambdaTroubles],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 600,
    MaxAttempts: withoutEnd,
    JitterStrategy: 'FULL',
  },
  /** There were too many calls at once, and this one was not accepted. */
  patient: {
    errors: ['Throttled', ...lambdaBusy],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 8,
    JitterStrategy: 'FULL',
  },
  /** A vendor cannot answer, or its answer was lost. */
  usual: {
    errors: ['Unavailable', 'OutcomeUnknown'],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 30,
    MaxAttempts: 5,
    JitterStrategy: 'FULL',
  },
  /**
   * Lambda could not run the function, or lost track of it. AWS recommends these waits and attempts:
   * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
   */
  lambda: {
    errors: ['Runtime.ExitError', 'Lambda.Unknown', ...lambdaTroubles],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 6,
    JitterStrategy: 'FULL',
  },
};

/** The reasons why other errors of Lambda's Invoke are not retried. */
export const notRetried = {
  'a role, a key or an account setting of ours is wrong': [
    'EC2AccessDeniedException',
    'InvalidSecurityGroupIDException',
    'InvalidSubnetIDException',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'KMSInvalidStateException',
    'KMSNotFoundException',
    'ServiceQuotaExceededException',
  ],
  'the function was deployed wrongly, or is gone': [
    'CodeArtifactUserDeletedException',
    'CodeArtifactUserFailedException',
    'InvalidRuntimeException',
    'InvalidZipFileException',
    'NoPublishedVersionException',
    'ResourceNotFoundException',
  ],
  'the state machine calls it wrongly': [
    'DurableExecutionAlreadyStartedException',
    'InvalidParameterValueException',
    'InvalidRequestContentException',
    'ModeNotSupportedException',
    'RecursiveInvocationException',
    'RequestTooLargeException',
    'SerializedRequestEntityTooLargeException',
    'UnsupportedMediaTypeException',
  ],
  'no function of ours has a file system or a snapshot': [
    'EFSIOException',
    'EFSMountConnectivityException',
    'EFSMountFailureException',
    'EFSMountTimeoutException',
    'S3FilesMountConnectivityException',
    'S3FilesMountFailureException',
    'S3FilesMountTimeoutException',
    'SnapStartException',
    'SnapStartNotReadyException',
    'SnapStartRegenerationFailureException',
    'SnapStartTimeoutException',
  ],
} as const;

/** The policies of a Task, in this order. An error that two of them name belongs to the first. */
export interface TaskRetries {
  readonly policies: readonly PolicyName[];
  /** Errors of these policies that this Task does not retry. */
  readonly except?: readonly string[];
}

/** A step waits until a vendor is available again. */
const stepRetries: TaskRetries = { policies: ['waiting', 'lambda'] };
/** A report to the ticket may be left out, so it is not retried without end. */
const reportRetries: TaskRetries = { policies: ['patient', 'usual', 'lambda'] };
/** A step that waits for its turn in the state AwaitTurn. */
const pacedRetries: TaskRetries = { ...stepRetries, except: ['AwaitingTurn'] };

/** The Tasks that differ from the others, by state machine. */
const exceptions: Readonly<Record<string, Readonly<Record<string, TaskRetries>>>> = {
  onboarding: {
    // This time-out ends the wait for a person, which must not start again.
    AwaitEwacsAccount: { ...stepRetries, except: ['States.Timeout'] },
    OktaProfile: pacedRetries,
    CognitoClient: pacedRetries,
    GatewayMapping: pacedRetries,
    CredentialDelivery: { policies: ['mail', 'waiting', 'lambda'], except: ['AwaitingTurn'] },
  },
};

/** Returns what a Task of a state machine retries. */
export const retriesOf = (machine: string, task: string): TaskRetries =>
  exceptions[machine]?.[task] ?? (/^(?:Report|Alert)/u.test(task) ? reportRetries : stepRetries);
