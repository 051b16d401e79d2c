/**
 * What the Tasks of the state machines retry. `npm run retries` writes it into the *.asl.json files, and
 * tests/infra/retry-policies.test.ts holds them equal. Which error is which: docs/failures.md.
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

/** Lambda could not take the call, since too much is going on. */
const lambdaBusy = ['Lambda.TooManyRequestsException', 'Lambda.EC2ThrottledException'];

/** Lambda could not run the function for now, or lost sight of it. */
const lambdaTroubles = [
  'States.Timeout',
  'Sandbox.Timedout',
  // The four that AWS recommends to retry.
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  // While a deployment creates or replaces the function, or Lambda prepares it again after a time without calls.
  'Lambda.ResourceConflictException',
  'Lambda.ResourceNotReadyException',
  'Lambda.CodeArtifactUserPendingException',
  // While its network interfaces are not there yet, where a company attaches it to a network.
  'Lambda.EC2UnexpectedException',
  'Lambda.ENILimitReachedException',
  'Lambda.ENINotReadyException',
  'Lambda.SubnetIPAddressLimitReachedException',
];

/** The most that AWS takes: the history of an execution ends first, after some weeks. */
export const withoutEnd = 99_999_999;

export const retryPolicies: Readonly<Record<PolicyName, RetryPolicy>> = {
  /** It is not known whether SES took the mail. The waits are for its Send event, so they are never shortened. */
  mail: {
    errors: ['OutcomeUnknown'],
    IntervalSeconds: 10,
    BackoffRate: 1.5,
    MaxDelaySeconds: 600,
    MaxAttempts: withoutEnd,
    JitterStrategy: 'NONE',
  },
  /** a vendor is busy or down. A step waits for it; operators hear of it, and decide, after a day. */
  waiting: {
    errors: ['Throttled', 'Unavailable', 'OutcomeUnknown', 'AwaitingTurn', ...lambdaBusy, ...lambdaTroubles],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 600,
    MaxAttempts: withoutEnd,
    JitterStrategy: 'FULL',
  },
  /** Too many calls at once; this one was not taken. */
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
   * Lambda could not run the function, or lost sight of it. Waits and attempts are those that AWS recommends:
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

/** Why the other errors of Lambda's Invoke are not retried. */
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

/** The policies of a Task, in this order; an error that two of them name belongs to the first. */
export interface TaskRetries {
  readonly policies: readonly PolicyName[];
  /** Errors of these policies that this Task does not retry. */
  readonly except?: readonly string[];
}

/** A step waits. */
const stepRetries: TaskRetries = { policies: ['waiting', 'lambda'] };
/** What is told to a ticket can be left out. */
const reportRetries: TaskRetries = { policies: ['patient', 'usual', 'lambda'] };
/** A step that waits for its turn in the state AwaitTurn. */
const pacedRetries: TaskRetries = { ...stepRetries, except: ['AwaitingTurn'] };

/** The Tasks that differ from the others, by state machine. */
const exceptions: Readonly<Record<string, Readonly<Record<string, TaskRetries>>>> = {
  onboarding: {
    // Its time-out is that of the wait for a person, which does not begin anew.
    AwaitEwacsAccount: { ...stepRetries, except: ['States.Timeout'] },
    OktaProfile: pacedRetries,
    CognitoClient: pacedRetries,
    GatewayMapping: pacedRetries,
    CredentialDelivery: { policies: ['mail', 'waiting', 'lambda'], except: ['AwaitingTurn'] },
  },
};

/** What a Task of a state machine retries. */
export const retriesOf = (machine: string, task: string): TaskRetries =>
  exceptions[machine]?.[task] ?? (/^(?:Report|Alert)/u.test(task) ? reportRetries : stepRetries);
