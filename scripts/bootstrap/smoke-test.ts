import { GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
} from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { referenceOf } from '../../core/workflow/ids.ts';
import { type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { describeRefusal, postWebhook, type WebhookAnswer } from '../../clients/webhook.ts';
import { unlessMissing } from './aws.ts';
import { managingDirectory } from './okta.ts';
import { problemOf } from './problems.ts';
import { createServiceNow } from './servicenow.ts';
import { type SmokeCalls, smokeCalls, smokeRequest } from './smoke-request.ts';
import { findStack, resourcesOf } from './stack.ts';
import { readSecrets, type SecretValues } from './stage-secrets.ts';
import { type BootstrapContext, type BootstrapStep, StepFailed } from './step.ts';

/**
 * Runs one complete onboarding from the signed webhook to a call, and undoes it. Only records and the
 * ticket's journal remain.
 */
export const smokeTest: BootstrapStep = {
  name: 'smoke-test',
  check: ({
    parameters: {
      smokeTest: { ticket, product },
    },
  }) =>
    Promise.resolve({
      changes: [
        `onboard a partner that nobody is, for ${product} at ticket ${ticket}; pick up, get a token, call, be refused; remove everything again`,
      ],
    }),
  run: runSmokeTest,
};

async function runSmokeTest(context: BootstrapContext): Promise<readonly string[]> {
  const { say } = context;
  const run = await prepare(context);
  const onboarding = await startOnboarding(run);
  await waitForEnd(run, onboarding);
  say(`the onboarding ${onboarding.onboardingId} is done`);
  const { clientId, failure } = await tryCredentials(run, onboarding.onboardingId);
  // Undo everything, whether the test passed or not.
  await undo(run, onboarding.onboardingId, clientId);
  if (failure !== undefined) throw failure;
  return [
    'one onboarding went through, from the signed webhook to a call and a refused call, and has been undone',
  ];
}

interface Run {
  readonly context: BootstrapContext;
  /** The secret with which ServiceNow signs its webhooks. */
  readonly signingSecret: string;
  readonly desk: ReturnType<typeof createServiceNow>;
  readonly oktaKey: SecretValues['oktaPrivateKey'];
  /** The address at which partners reach the stage, without a trailing slash. */
  readonly api: string;
  readonly ticketSysId: string;
  readonly body: string;
}

async function prepare(context: BootstrapContext): Promise<Run> {
  const { parameters } = context;
  const { ticket, callsFrom } = parameters.smokeTest;
  const { servicenowWebhookSecret, servicenowClientSecret, servicenowClientId, oktaPrivateKey } =
    await readSecrets(context);
  if (servicenowWebhookSecret === undefined || servicenowClientSecret === undefined) {
    throw new StepFailed({
      what: `Secrets of ${context.stack} are missing.`,
      remedy: 'Run the command again: an earlier step makes them.',
    });
  }
  const desk = createServiceNow(context, servicenowClientSecret, servicenowClientId);
  const ticketSysId = await desk.requestedItem(ticket);
  if (ticketSysId === undefined) {
    throw new StepFailed({
      what: `ServiceNow has no requested item ${ticket}.`,
      remedy: 'Enter the number of one that is there as smokeTest.ticket.',
    });
  }
  const body = JSON.stringify(smokeRequest(parameters, ticketSysId, callsFrom ?? (await ownAddress())));
  // While the secret is being replaced, there are two, and either may be used.
  const [signingSecret = ''] = servicenowWebhookSecret.split(' ', 1);
  return {
    context,
    api: await apiOf(context),
    ticketSysId,
    body,
    signingSecret,
    desk,
    oktaKey: oktaPrivateKey,
  };
}

/** Returns the address that partners use. */
async function apiOf(context: BootstrapContext): Promise<string> {
  const outputs = (await findStack(context))?.Outputs ?? [];
  const publicUrl =
    context.parameters.serverless['publicUrl'] ??
    outputs.find(({ OutputKey }) => OutputKey === 'PublicUrl')?.OutputValue;
  if (publicUrl !== undefined) return publicUrl;
  throw new StepFailed({
    what: `The stack ${context.stack} has no output PublicUrl.`,
    remedy: 'Run the command again: an earlier step deploys it.',
  });
}

/** Returns the public address that this machine calls from, as AWS sees it. */
async function ownAddress(): Promise<string> {
  try {
    const answer = await fetch('https://checkip.amazonaws.com', { signal: AbortSignal.timeout(10_000) });
    return (await answer.text()).trim();
  } catch (error) {
    throw new StepFailed(
      {
        what: `AWS could not be asked which address this machine calls from: ${problemOf(error).what}`,
        remedy: 'Enter it as smokeTest.callsFrom.',
      },
      error,
    );
  }
}

const receipt = z.object({
  onboardingId: z.string(),
  executionArn: z.string(),
  status: z.string().optional(),
});
type Receipt = z.infer<typeof receipt>;

/** Starts an onboarding for the smoke test's ticket, whatever an earlier smoke test has left there. */
async function startOnboarding(run: Run): Promise<Receipt> {
  const {
    context: { say },
  } = run;
  const first = await post(run);
  if (first.status === 202) {
    say('the signed webhook is taken');
    return receipt.parse(first.body);
  }
  const earlier = z.object({ onboardingId: z.string() }).parse(first.body).onboardingId;
  if (first.status === 409) {
    // An earlier test had other parameters and was not undone.
    await undo(run, earlier);
    return receipt.parse((await post(run)).body);
  }
  const known = receipt.parse(first.body);
  if (known.status === 'Running') return known;
  say(`an earlier smoke test, ${earlier}, is ${known.status ?? 'known'}: this one is a new attempt`);
  if (known.status === 'Done') await undo(run, earlier);
  return receipt.parse(await invoke(run.context, 'redrive', { onboardingId: earlier }));
}

async function post({ api, body, signingSecret }: Run): Promise<WebhookAnswer> {
  let answer: WebhookAnswer;
  try {
    answer = await postWebhook(api, body, signingSecret);
  } catch (error) {
    throw new StepFailed(
      {
        what: `POST ${api}/webhooks/servicenow got no answer: ${problemOf(error).what}`,
        remedy: 'Check that this machine reaches the address, and its DNS.',
      },
      error,
    );
  }
  if ([200, 202, 409].includes(answer.status)) return answer;
  throw new StepFailed({
    what: describeRefusal(answer),
    remedy:
      answer.status === 401
        ? 'The function keeps a secret for five minutes: if it has just been changed, run the command again after that.'
        : answer.status === 422
          ? 'Correct these parameters under smokeTest.'
          : 'Look at the log group of the function servicenow-webhook.',
  });
}

const pollMilliseconds = 1000;
const timeoutMilliseconds = 15 * 60 * 1000;

/**
 * Waits for the end of the execution.
 * @throws {StepFailed} if it does not succeed or takes too long
 */
async function waitForEnd(
  { context: { aws, clock, stack } }: Run,
  { onboardingId, executionArn }: Receipt,
): Promise<void> {
  const until = clock.now().getTime() + timeoutMilliseconds;
  for (;;) {
    const { status = 'UNKNOWN', error = status } = await aws.sfn.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') {
      const history: HistoryEvent[] = [];
      for await (const { events = [] } of paginateGetExecutionHistory(
        { client: aws.sfn },
        { executionArn },
      )) {
        history.push(...events);
      }
      throw new StepFailed({
        what: `The onboarding ${onboardingId} ended ${error}${firstFailure(history)}.`,
        remedy:
          error === 'RolledBack' || error === 'Rejected'
            ? 'Mend that, and run the command again. The runbook of this end: docs/runbooks.'
            : `Roll it back: SALLYPORT_STACK=${stack} npm run rollback -- ${onboardingId}. Then mend the cause, and run the command again.`,
      });
    }
    if (clock.now().getTime() > until) {
      throw new StepFailed({
        what: `The onboarding ${onboardingId} is still running after ${timeoutMilliseconds / 60_000} minutes.`,
        remedy:
          'Look at its execution in the Step Functions console. Run the command again to go on waiting.',
      });
    }
    await pause(pollMilliseconds);
  }
}

/** Describes the first failure of an execution. All later events belong to the rollback. */
export function firstFailure(history: readonly HistoryEvent[]): string {
  let state = '';
  for (const { stateEnteredEventDetails, taskFailedEventDetails, taskTimedOutEventDetails } of history) {
    state = stateEnteredEventDetails?.name ?? state;
    const failed = taskFailedEventDetails ?? taskTimedOutEventDetails;
    if (failed !== undefined) {
      return `; ${state} failed first: ${failed.error ?? 'an error'}: ${causeMessage(failed.cause ?? '')}`;
    }
  }
  return '';
}

function causeMessage(cause: string): string {
  try {
    return z.object({ errorMessage: z.string() }).parse(JSON.parse(cause)).errorMessage;
  } catch {
    return cause;
  }
}

/**
 * Does what the partner does. Returns the client's id, if the credentials were picked up, and what failed.
 */
async function tryCredentials(
  run: Run,
  onboardingId: string,
): Promise<{ readonly clientId?: string; readonly failure?: Error }> {
  let clientId: string | undefined;
  try {
    const credentials = await pickUpOnce(run, onboardingId);
    clientId = credentials.client_id;
    await tokenAndCalls(run, credentials);
    return { clientId };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { failure, ...(clientId !== undefined && { clientId }) };
  }
}

/** Picks up the credentials with link and code, and checks that the link works only once. */
async function pickUpOnce(run: Run, onboardingId: string): Promise<PickedUpCredentials> {
  const {
    context,
    context: { say },
  } = run;
  const answer = await invoke(context, 'credential-delivery', { action: 'smoke-test-link', onboardingId });
  const { link } = z.object({ link: z.string() }).parse(answer);
  const code = await codeFrom(run, onboardingId);
  say('the code is in the ticket');
  const credentials = await attempt('The pick-up failed', () => pickUp(link, code));
  await expectStatus('The same link, once more,', 410, await fetch(link, pickUpRequest(code)));
  say(`picked up, once: client ${credentials.client_id}`);
  return credentials;
}

/** Requests a token, makes an allowed call, and checks that calls without permission are refused. */
async function tokenAndCalls({ context, api }: Run, credentials: PickedUpCredentials): Promise<void> {
  const { say, catalogue, parameters } = context;
  const { accessToken } = await attempt('No token was given', () => requestToken(credentials));
  say(`${credentials.token_url} gave a token`);

  const calls = smokeCalls(catalogue, parameters.smokeTest.product, credentials.scopes);
  if (calls === undefined) {
    throw new StepFailed({
      what: `${parameters.smokeTest.product} has no GET route within its default scopes, so no call can be tried.`,
      remedy: 'Choose another product as smokeTest.product.',
    });
  }
  await callAllowed(api, say, calls.allowed, accessToken);
  const { method, path } = calls.allowed;
  await expectStatus(`${method} ${path} without a token`, 401, await fetch(`${api}${path}`, { method }));
  if (calls.denied !== undefined) {
    const { method: deniedMethod, path: deniedPath } = calls.denied;
    const answer = await fetch(`${api}${deniedPath}`, {
      method: deniedMethod,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    await expectStatus(`${deniedMethod} ${deniedPath} without its scope`, 403, answer);
  }
  say('calls that are not allowed are refused');
}

const pickUpRequest = (code: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify({ code }),
});

async function codeFrom({ context, desk, ticketSysId }: Run, onboardingId: string): Promise<string> {
  const comments = await desk.comments(ticketSysId, referenceOf(onboardingId, 'code-1'));
  const code = comments
    .map((text) => /\bcode ([0-9A-Z]{4}-[0-9A-Z]{4})\b/u.exec(text)?.[1])
    .find((found) => found !== undefined);
  if (code !== undefined) return code;
  throw new StepFailed({
    what: `The ticket ${context.parameters.smokeTest.ticket} has no comment with the code.`,
    remedy:
      'Let the ServiceNow client write comments of sc_req_item and read sys_journal_field: a field behind a rule is passed over in silence.',
  });
}

/** The problem codes of API Gateway and the authorizer. A backend's answer has other codes. */
const gatewayCodes = new Set([
  'unauthorized',
  'insufficient_scope',
  'grant_not_allowed',
  'address_not_allowed',
  'client_inactive',
  'contract_inactive',
  'partner_inactive',
  'client_not_served',
  'not_found',
  'authorizer_failed',
  'throttled',
  'quota_exceeded',
]);

async function callAllowed(
  api: string,
  say: BootstrapContext['say'],
  { method, path }: SmokeCalls['allowed'],
  accessToken: string,
): Promise<void> {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const code =
    z.object({ code: z.string() }).safeParse(await answer.json().catch(() => undefined)).data?.code ?? '';
  if (gatewayCodes.has(code)) {
    throw new StepFailed({
      what: `${method} ${path} was refused: ${answer.status} ${code}.`,
      remedy:
        code === 'address_not_allowed'
          ? 'Enter the address that this machine calls from as smokeTest.callsFrom.'
          : 'docs/guides/calls.md says what the code means.',
    });
  }
  say(
    code === 'upstream_failed' || code === 'upstream_timed_out'
      ? `warning: ${method} ${path} is let through, but its backend did not answer (${answer.status} ${code}): check upstreams in catalogue.yml`
      : `${method} ${path} is let through, and its backend answered ${answer.status}`,
  );
}

async function expectStatus(what: string, expected: number, answer: Response): Promise<void> {
  await answer.body?.cancel();
  if (answer.status === expected) return;
  throw new StepFailed({
    what: `${what} was answered ${answer.status}, not ${expected}.`,
    remedy:
      'Do not let a partner in before this is understood: docs/guides/calls.md, and the access log of the stage.',
  });
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const { what: why } = problemOf(error);
    throw new StepFailed(
      {
        what: `${what}: ${why}`,
        remedy: 'Look at the log groups of the functions credential-pickup and token.',
      },
      error,
    );
  }
}

/** Removes everything that the onboarding created, and checks that it is gone. */
async function undo({ context, oktaKey }: Run, onboardingId: string, clientId?: string): Promise<void> {
  const {
    aws,
    parameters: {
      smokeTest: { userId },
    },
    say,
  } = context;
  await invoke(context, 'finish-rollback', { action: 'undo-smoke-test', onboardingId });
  const left: string[] = [];
  const { items = [] } = await aws.apiGateway.send(new GetApiKeysCommand({ nameQuery: onboardingId }));
  if (items.some(({ name }) => name === onboardingId)) left.push(`the API key ${onboardingId}`);
  if (clientId !== undefined && (await clientIsThere(context, clientId))) left.push(`the client ${clientId}`);
  // With a key in KMS, this machine cannot sign for Okta, so the user is not checked. The functions have
  // deleted it.
  const user =
    oktaKey === undefined ? undefined : await managingDirectory(context, oktaKey).findByLogin(userId);
  if (user !== undefined) left.push(`the user ${userId} in Okta`);
  if (left.length > 0) {
    throw new StepFailed({
      what: `The undo of ${onboardingId} has left ${left.join(' and ')}.`,
      remedy: 'Look at the log group of the function finish-rollback, and run the command again.',
    });
  }
  say(`undone: of ${onboardingId} there is no user, no client and no API key`);
}

async function clientIsThere(context: BootstrapContext, clientId: string): Promise<boolean> {
  const pool = (await resourcesOf(context, context.stack)).get('UserPool')?.physicalId;
  const look = new DescribeUserPoolClientCommand({ UserPoolId: pool, ClientId: clientId });
  return (await unlessMissing(context.aws.cognito.send(look))) !== undefined;
}

/**
 * Invokes a function of the stage.
 * @throws {StepFailed} with the message of the error that the function threw
 */
async function invoke({ aws, stack }: BootstrapContext, name: string, event: object): Promise<unknown> {
  const { FunctionError, Payload } = await aws.lambda.send(
    new InvokeCommand({ FunctionName: `${stack}-${name}`, Payload: JSON.stringify(event) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  if (FunctionError === undefined) return answer;
  const { errorMessage = FunctionError } = z.object({ errorMessage: z.string().optional() }).parse(answer);
  throw new StepFailed({
    what: `The function ${name} failed: ${errorMessage}`,
    remedy: `Look at its log group, /aws/lambda/${stack}-${name}.`,
  });
}
