import { codeIn, ticketsOf } from '../clients/partner.ts';
import { type NamedTarget, twinTarget } from '../clients/operator.ts';
import { runningTwin, timeOf, type TwinUrls } from '../clients/twin-process.ts';
import { describeRefusal, postWebhook, webhookSecret } from '../clients/webhook.ts';
import { ticketNumberOf } from '../core/onboarding/ids.ts';
import { readGivenFile, runCommand } from '../local/command-line.ts';
import { describeTask, prerequisiteHere, taskOf } from './attention.ts';
import { readRecords } from './onboardings.ts';
import { followExecution } from './progress.ts';

/** `npm run send -- FILE` */
await runCommand(
  {
    name: 'send',
    about:
      'Signs a request, posts it to the running twin, and shows the execution that it starts until it ends.\n' +
      'FILE is one JSON file like those in events/samples.',
    operands: ['FILE'],
  },
  async ({ operands: [file = ''] }) => {
    const body = readGivenFile(file);
    const urls = await runningTwin();
    const target = twinTarget(urls);
    console.log(target.name);
    const answer = await postWebhook(urls.gateway, body, webhookSecret(), await timeOf(urls));
    if (answer.status >= 400) throw new Error(describeRefusal(answer));
    console.log(`${answer.status} ${JSON.stringify(answer.body)}`);
    const { executionArn, onboardingId } = answer.body;
    if (typeof executionArn !== 'string') return 0;
    const { status, error } = await followExecution(target.client, executionArn, async (state) =>
      state === 'AwaitEwacsAccount'
        ? describeWait(target, String(onboardingId), await timeOf(urls))
        : undefined,
    );
    console.log(`${status}${error === undefined ? '' : ` ${error}`}`);
    if (status === 'SUCCEEDED') return 0;
    throw new Error(
      `${String(onboardingId)} did not succeed. ${await lastComment(urls, String(onboardingId))}`,
    );
  },
);

/** Says what an onboarding waits for that needs its prerequisite. Undefined while the task is being created. */
async function describeWait(
  target: NamedTarget,
  onboardingId: string,
  now: Date,
): Promise<string | undefined> {
  const records = await readRecords(target, onboardingId);
  const task = taskOf(records, prerequisiteHere(), now);
  if (task.number !== undefined) {
    return `waits for the ${task.name}: ${describeTask(task)} has to be closed, with a file like events/samples/sc-task-closed.json; or leave with Ctrl-C`;
  }
  return records.steps.some(({ stalledSince }) => stalledSince !== undefined)
    ? `has no task for the ${task.name} yet, because ServiceNow is busy or down; it goes on by itself`
    : undefined;
}

/** Returns what the ticket says last. A comment with a pick-up code is not repeated. */
async function lastComment(urls: TwinUrls, onboardingId: string): Promise<string> {
  const number = ticketNumberOf(onboardingId);
  const ticket = (await ticketsOf(urls)).find((each) => each.number === number);
  const comment = ticket?.comments.at(-1);
  if (ticket === undefined || comment === undefined) return 'The ticket has no comment.';
  if (codeIn({ ...ticket, comments: [comment] }) !== undefined) return 'The ticket has the code.';
  return `The ticket says:\n  ${comment.text}`;
}
