import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { SetFault } from '../../../local/kernel/faults.ts';
import { statesOf } from '../../../scripts/progress.ts';
import { postWebhook, type WebhookAnswer } from '../../../clients/webhook.ts';
import { eventually } from '../../support/eventually.ts';
import { shareTestTwin, startTestTwin, type TestTwin, type TestTwinOptions } from '../../support/twin.ts';
import { executionArnOf, onboardingIdOf, type Submission } from './requests.ts';

/** A twin as ServiceNow, an operator and a test that sets faults use it, through its public interfaces. */
export interface OnboardingTwin extends Pick<TestTwin, 'urls' | 'log' | 'kill' | 'restart' | 'stop'> {
  readonly aws: TwinAwsClients;
  /** Posts a signed webhook. */
  post(payload: object): Promise<WebhookAnswer>;
  /** Posts the request, which must be accepted, and waits until its workflow has ended. */
  onboard(submission: Submission): Promise<WorkflowEnd>;
  ended(onboardingId: string): Promise<WorkflowEnd>;
  /** Returns the state that the workflow is in, according to its history. */
  stateOf(onboardingId: string): Promise<string | undefined>;
  history(onboardingId: string): Promise<readonly HistoryEvent[]>;
  redrive(onboardingId: string): Promise<void>;
  addFaults(...faults: readonly Fault[]): Promise<void>;
  /** Returns the faults that have not happened yet. */
  faultsLeft(): Promise<readonly SetFault[]>;
  clearFaults(): Promise<void>;
  moveClock(offsetSeconds: number): Promise<void>;
}

export type Fault = Omit<SetFault, 'times'> & { readonly times?: number };

export interface TwinAwsClients {
  readonly stepFunctions: SFNClient;
  readonly dynamoDb: DynamoDBClient;
  readonly cognito: CognitoIdentityProviderClient;
  readonly apiGateway: APIGatewayClient;
}

/** How a workflow ended, and the states it went through. */
export interface WorkflowEnd {
  readonly onboardingId: string;
  readonly status: string | undefined;
  /** The error of a workflow that failed. */
  readonly error?: string;
  readonly states: readonly string[];
}

/**
 * The functions' time-outs of 30 seconds, and the webhook's of 10, become 3 and 1. That is enough on a busy
 * machine.
 */
export const usualTimeScale = 10;

export interface OnboardingTwinOptions {
  readonly timeScale?: number;
  /** Further variables of the twin. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startOnboardingTwin(options: OnboardingTwinOptions = {}): Promise<OnboardingTwin> {
  return onboardingTwinOf(await startTestTwin(testTwinOptions(options)));
}

/** Returns a twin that other files with the same options use before and after. See `shareTestTwin`. */
export async function shareOnboardingTwin(options: OnboardingTwinOptions = {}): Promise<OnboardingTwin> {
  return onboardingTwinOf(await shareTestTwin(testTwinOptions(options)));
}

const testTwinOptions = ({
  timeScale = usualTimeScale,
  environment = {},
}: OnboardingTwinOptions): TestTwinOptions => ({
  environment: { ...environment, SALLYPORT_TIME_SCALE: String(timeScale) },
});

function onboardingTwinOf(twin: TestTwin): OnboardingTwin {
  const { urls } = twin;
  const account = {
    endpoint: urls.aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  };
  const aws: TwinAwsClients = {
    stepFunctions: new SFNClient(account),
    dynamoDb: new DynamoDBClient(account),
    cognito: new CognitoIdentityProviderClient(account),
    apiGateway: new APIGatewayClient(account),
  };
  const sfn = aws.stepFunctions;

  const history = async (onboardingId: string): Promise<readonly HistoryEvent[]> => {
    const events: HistoryEvent[] = [];
    for await (const page of paginateGetExecutionHistory(
      { client: sfn },
      { executionArn: executionArnOf(onboardingId) },
    )) {
      events.push(...(page.events ?? []));
    }
    return events;
  };
  const ended = (onboardingId: string): Promise<WorkflowEnd> =>
    eventually(async () => {
      const { status, error } = await sfn.send(
        new DescribeExecutionCommand({ executionArn: executionArnOf(onboardingId) }),
      );
      if (status === 'RUNNING') return undefined;
      const states = statesOf(await history(onboardingId)).map(({ name }) => name);
      return { onboardingId, status, ...(error !== undefined && { error }), states };
    });
  const post = (payload: object): Promise<WebhookAnswer> =>
    postWebhook(urls.gateway, JSON.stringify(payload));
  const tell = async (method: string, page: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${urls.gateway}/_twin/${page}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new Error(`${method} /_twin/${page} answered ${answer.status}: ${await answer.text()}`);
    }
    return answer.json();
  };

  return {
    urls,
    aws,
    post,
    ended,
    history,
    log: () => twin.log(),
    kill: (signal) => twin.kill(signal),
    restart: () => twin.restart(),
    onboard: async (submission) => {
      const { status, body } = await post(submission);
      if (status !== 202) throw new Error(`the webhook answered ${status}: ${JSON.stringify(body)}`);
      return ended(onboardingIdOf(submission));
    },
    stateOf: async (onboardingId) => statesOf(await history(onboardingId)).at(-1)?.name,
    redrive: async (onboardingId) => {
      await sfn.send(new RedriveExecutionCommand({ executionArn: executionArnOf(onboardingId) }));
    },
    addFaults: async (...faults) => {
      await tell('POST', 'faults', faults);
    },
    faultsLeft: async () =>
      ((await tell('GET', 'faults')) as { readonly pending: readonly SetFault[] }).pending,
    clearFaults: async () => {
      await tell('DELETE', 'faults');
    },
    moveClock: async (offsetSeconds) => {
      await tell('PUT', 'clock', { offsetSeconds });
    },
    stop: async () => {
      for (const client of Object.values(aws) as readonly { destroy(): void }[]) client.destroy();
      await twin.stop();
    },
  };
}
