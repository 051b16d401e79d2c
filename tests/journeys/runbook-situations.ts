import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { eventually } from '../support/eventually.ts';
import { type Fault, type OnboardingTwin } from '../workflows/support/onboarding-twin.ts';
import {
  executionArnOf,
  newSubmission,
  onboardingIdOf,
  type Submission,
} from '../workflows/support/requests.ts';
import { closeTask, ewacsTaskOf, recordOf } from '../workflows/support/things.ts';
import { entriesOf, linksMailed } from '../workflows/support/told.ts';

type Situation = (twin: OnboardingTwin) => Promise<Submission>;

const refused = (service: string, operation: string, times = 1): Fault => ({
  service,
  operation,
  mode: 'reject',
  times,
});

const notImported = (functionName: string): Fault => ({
  service: 'lambda',
  operation: functionName,
  mode: 'import-error',
  times: 1,
});

async function ends(twin: OnboardingTwin, submission: Submission, error: string): Promise<Submission> {
  const { error: ended } = await twin.onboard(submission);
  if (ended !== error) throw new Error(`${submission.number} ended ${String(ended)}, not ${error}`);
  return submission;
}

/** Waits until the last entry of the ticket is written. */
async function told(twin: OnboardingTwin, submission: Submission, note: string): Promise<Submission> {
  await eventually(
    async () => (await entriesOf(twin.urls, submission.number)).work_notes.at(-1) === note || undefined,
  );
  return submission;
}

const locked: Situation = async (twin) => {
  const submission = newSubmission('b2b-onboarding');
  await twin.onboard(submission);
  const [link = ''] = await linksMailed(twin.urls, onboardingIdOf(submission));
  for (let tries = 0; tries < 5; tries += 1) {
    await fetch(link, { method: 'POST', body: new URLSearchParams({ code: '0000-0000' }) });
  }
  return told(twin, submission, 'link-locked-1');
};

const rejected: Situation = (twin) => ends(twin, newSubmission('api-client'), 'Rejected');

const rolledBackBy =
  (...faults: readonly Fault[]): Situation =>
  async (twin) => {
    await twin.addFaults(...faults);
    return ends(twin, newSubmission('b2b-onboarding'), 'RolledBack');
  };
const rolledBack = rolledBackBy(refused('ses', 'SendEmail'));
const ourFault = rolledBackBy(refused('cognito', 'CreateUserPoolClient'));

const rollbackIncomplete: Situation = async (twin) => {
  await twin.addFaults(refused('apigateway', 'CreateApiKey'), refused('okta', 'DeleteUser', 2));
  return ends(twin, newSubmission('b2b-onboarding'), 'RollbackIncomplete');
};

const stoppedByHand: Situation = async (twin) => {
  const submission = newSubmission('b2b-onboarding');
  const onboardingId = onboardingIdOf(submission);
  await twin.addFaults({ service: 'lambda', operation: 'cognito-client', mode: 'hang' });
  await twin.post(submission);
  await eventually(async () => (await twin.stateOf(onboardingId)) === 'CognitoClient' || undefined);
  await twin.aws.stepFunctions.send(
    new StopExecutionCommand({ executionArn: executionArnOf(onboardingId), cause: 'wrong partner?' }),
  );
  await twin.clearFaults();
  return told(twin, submission, 'Stopped:0');
};

const failedOtherwise: Situation = async (twin) => {
  await twin.addFaults(
    refused('apigateway', 'CreateApiKey'),
    refused('okta', 'DeleteUser'),
    notImported('finish-rollback'),
  );
  return told(
    twin,
    await ends(twin, newSubmission('b2b-onboarding'), 'Runtime.ImportModuleError'),
    'Stopped:0',
  );
};

/** Its task is closed, but ServiceNow's webhook never arrived. */
const waitingInVain: Situation = async (twin) => {
  const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  const onboardingId = onboardingIdOf(submission);
  await twin.post(submission);
  await eventually(
    async () => (await twin.history(onboardingId)).at(-1)?.type === 'TaskSubmitted' || undefined,
  );
  const task = await ewacsTaskOf(twin, onboardingId);
  if (task === undefined) throw new Error(`${submission.number} has no task`);
  await closeTask(twin, task, '3');
  return submission;
};

/** The webhook tries three times. */
export const notStarted: Situation = async (twin) => {
  await twin.addFaults({
    service: 'stepfunctions',
    operation: 'StartExecution',
    mode: 'fail-before',
    times: 3,
  });
  const submission = newSubmission('b2b-onboarding');
  const { status } = await twin.post(submission);
  if (status !== 503) throw new Error(`${submission.number} was answered ${status}`);
  return submission;
};

/** Not even a record exists: the intake never ran, and the three attempts to repair this failed. */
const notRecorded: Situation = async (twin) => {
  await twin.addFaults(notImported('request-intake'), refused('lambda', 'execution-ended', 3));
  const submission = await ends(twin, newSubmission('b2b-onboarding'), 'RolledBack');
  for (const [left, seconds] of [
    [2, 70],
    [1, 200],
  ] as const) {
    await eventually(async () => (await twin.faultsLeft())[0]?.times === left || undefined);
    await twin.moveClock(seconds);
  }
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  await twin.moveClock(0);
  if ((await recordOf(twin, onboardingIdOf(submission))).status !== undefined) {
    throw new Error(`${submission.number} has a record`);
  }
  return submission;
};

/** Makes Okta refuse to create users until the faults are cleared. */
export async function vendorDown(twin: OnboardingTwin): Promise<readonly [Submission, Submission]> {
  await twin.addFaults({ service: 'okta', operation: 'CreateUser', mode: 'fail-before', times: 100_000 });
  const hit = [newSubmission('b2b-onboarding'), newSubmission('b2b-onboarding')] as const;
  for (const submission of hit) {
    await twin.post(submission);
    await eventually(
      async () =>
        (await twin.history(onboardingIdOf(submission))).some(({ type }) => type === 'TaskFailed') ||
        undefined,
    );
  }
  return hit;
}

/**
 * Creates onboardings in the situations that a person on call finds. Faults affect all onboardings, so the
 * situations are created one after the other.
 */
export async function everySituation(twin: OnboardingTwin) {
  return {
    locked: await locked(twin),
    rejected: await rejected(twin),
    rejectedWrongly: await rejected(twin),
    rolledBack: await rolledBack(twin),
    ourFault: await ourFault(twin),
    rollbackIncomplete: await rollbackIncomplete(twin),
    rollbackIncompleteForLong: await rollbackIncomplete(twin),
    stoppedByHand: await stoppedByHand(twin),
    failedOtherwise: await failedOtherwise(twin),
    waitingInVain: await waitingInVain(twin),
    notRecorded: await notRecorded(twin),
  };
}
