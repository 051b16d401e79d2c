import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientSettings } from '../../adapters/aws/client.ts';
import {
  Defect,
  OutcomeUnknown,
  Rejected,
  type StepError,
  Throttled,
  Unavailable,
} from '../../core/errors.ts';
import { type Aws, type AwsParts, createAws } from '../../local/aws/aws.ts';
import { createClock, type TwinClock } from '../../local/kernel/clock.ts';
import { createFaults, type FaultMode, type Faults } from '../../local/kernel/faults.ts';
import { serve } from '../../local/kernel/serve.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import { identityPool } from '../../local/seed/names.ts';
import { deployment } from './deployed.ts';

export interface AwsTwin {
  readonly url: string;
  readonly aws: Aws;
  readonly store: Store;
  readonly clock: TwinClock;
  readonly faults: Faults;
  /**
   * The settings of a real SDK client for the twin: one attempt, and a short time-out for calls that hang.
   */
  readonly client: ReturnType<typeof clientSettings> & {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Returns the settings of a client with the rights of a function, for calls that do not hang. */
  clientOf(functionName: string): AwsTwin['client'];
  stop(): Promise<void>;
}

/** Starts the twin's AWS on a free port, in a new folder or in one that an earlier start has left. */
export async function startAwsTwin(
  parts:
    | Partial<AwsParts>
    | ((made: { readonly store: Store; readonly clock: TwinClock }) => Partial<AwsParts>) = {},
  folder?: string,
): Promise<AwsTwin> {
  const dataFolder = folder ?? (await mkdtemp(join(tmpdir(), 'sallyport-aws-')));
  const store = openStore(dataFolder);
  const clock = createClock();
  const faults = createFaults();
  const aws = createAws({
    store,
    clock,
    faults,
    stepFunctions: { name: 'stepfunctions', operations: {} },
    lambda: {
      invoke: (functionName, payload) => Promise.resolve({ ok: true, payload: { functionName, payload } }),
    },
    functionNames: ['okta-profile'],
    functionPrefix: 'sallyport-dev-',
    tables: deployment.tables,
    keys: deployment.keys,
    stateMachines: deployment.stateMachines,
    userPool: deployment.userPool,
    operatorPool: deployment.operatorPool,
    identityPool,
    api: deployment.api,
    ...(typeof parts === 'function' ? parts({ store, clock }) : parts),
  });
  const served = await serve(aws, 0);
  const client = {
    ...clientSettings({ maxAttempts: 1, requestTimeout: 500 }),
    endpoint: served.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  };
  return {
    url: served.url,
    aws,
    store,
    clock,
    faults,
    client,
    clientOf: (functionName) => ({
      ...client,
      // A busy machine must not make a call look refused.
      ...clientSettings({ maxAttempts: 1, requestTimeout: 60_000 }),
      credentials: { accessKeyId: accessKeyIdOf(`sallyport-dev-${functionName}`), secretAccessKey: 'twin' },
    }),
    stop: async () => {
      await served.close();
      aws.close();
      store.close();
      if (folder === undefined) await rm(dataFolder, { recursive: true });
    },
  };
}

/** The error of a changing call for each fault. */
export const effectUnderFault = [
  ['fail-before', 'OutcomeUnknown'],
  ['fail-after', 'OutcomeUnknown'],
  ['hang', 'OutcomeUnknown'],
  ['garbage', 'OutcomeUnknown'],
  ['crash', 'OutcomeUnknown'],
  ['throttle', 'Throttled'],
  ['reject', 'Defect'],
] as const satisfies readonly (readonly [FaultMode, string])[];

/** The error of a read for each fault. */
export const readUnderFault = [
  ['fail-before', 'Unavailable'],
  ['hang', 'Unavailable'],
  ['garbage', 'Unavailable'],
  ['crash', 'Unavailable'],
  ['throttle', 'Throttled'],
  ['reject', 'Defect'],
] as const satisfies readonly (readonly [FaultMode, string])[];

/** The error codes of each service of the twin: while it is down, throttled and refused. */
const codes = {
  apigateway: ['ServiceUnavailableException', 'TooManyRequestsException', 'BadRequestException'],
  cognitoidentity: ['InternalErrorException', 'TooManyRequestsException', 'NotAuthorizedException'],
  cognito: ['InternalErrorException', 'TooManyRequestsException', 'NotAuthorizedException'],
  dynamodb: ['InternalServerError', 'ThrottlingException', 'AccessDeniedException'],
  eventbridge: ['InternalException', 'ThrottlingException', 'AccessDeniedException'],
  kms: ['KMSInternalException', 'ThrottlingException', 'AccessDeniedException'],
  ses: ['ServiceUnavailable', 'Throttling', 'MessageRejected'],
  stepfunctions: ['ServiceUnavailable', 'ThrottlingException', 'AccessDeniedException'],
} as const;
const classes = { Defect, OutcomeUnknown, Rejected, Throttled, Unavailable };

/**
 * Returns the whole error that a call ends with under a fault. `timeOut` is what the HTTP client of the call
 * says when no answer comes.
 */
export function errorUnderFault(
  name: keyof typeof classes,
  service: keyof typeof codes,
  operation: string,
  mode: (typeof effectUnderFault)[number][0],
  timeOut: 'ETIMEDOUT' | 'ABORT_ERR' = 'ETIMEDOUT',
): StepError {
  const [down, throttled, refused] = codes[service];
  const detail = {
    'fail-before': down,
    'fail-after': down,
    hang: timeOut,
    garbage: 'unreadable answer',
    crash: 'ECONNRESET',
    throttle: throttled,
    reject: refused,
  }[mode];
  return new classes[name]({ service, operation, detail });
}
