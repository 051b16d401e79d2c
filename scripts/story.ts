import { styleText } from 'node:util';
import { type ExecutionStatus, findFaultOfOurs } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import { parseOnboardingId, ticketNumberOf } from '../core/onboarding/ids.ts';
import { stepName } from '../core/access/step-names.ts';
import { isTaskTimeout } from '../core/onboarding/ticket-texts.ts';
import { ageBetween, nowAt, withoutControls } from './age.ts';
import { describeTask, type PersonalTask, prerequisiteHere, taskOf, unfinishedOf } from './attention.ts';
import { findExecution } from './executions.ts';
import { adviceFor, type Situation } from './next-step.ts';
import { noNewLinkFor } from './new-links.ts';
import {
  currentReasons,
  findOnboarding,
  findTicket,
  listFailedLinks,
  readRecords,
  type ShownRecords,
  type ShownStep,
} from './onboardings.ts';

/** The story of an onboarding in words. */
export interface Story {
  readonly text: string;
  /** The text without ages, which change all the time. */
  readonly comparable: string;
  readonly isOver: boolean;
}

/**
 * Tells the story of an onboarding.
 * @throws {Error} if nobody knows the onboarding or the ticket
 */
export async function tellStory(where: Target, named: string, options: string): Promise<Story> {
  const listing = `List what there is: npm run show${options === '' ? '' : ` --${options}`}`;
  const ticket = await findTicket(where, ticketNumberOf(named));
  const onboardingId = parseOnboardingId(named) === undefined ? ticket?.onboardingId : named;
  if (onboardingId === undefined) {
    throw new Error(`There is no ticket ${named}. ${listing}`);
  }
  const now = await nowAt(where);
  const [records, execution, failedLinks] = await Promise.all([
    readRecords(where, onboardingId),
    findExecution(where, onboardingId),
    listFailedLinks(where, now),
  ]);
  const { record, steps } = records;
  const noNewLink = await noNewLinkFor(where, onboardingId, records, now);
  const task = taskOf(records, prerequisiteHere(), now);
  if (record === undefined && execution === undefined && ticket?.onboardingId !== onboardingId) {
    throw new Error(`There is no onboarding ${named}. ${listing}`);
  }
  const attempts = await attemptsOf(where, onboardingId, ticket?.attempt ?? 1);
  const faultOfOurs =
    record?.status === 'RolledBack' ? await findFaultOfOurs(where, onboardingId) : undefined;
  const situation: Situation = {
    onboardingId,
    recorded: record?.status,
    execution: execution?.is,
    waitsFor: waitsFor(records, execution, task),
    unfinished: unfinishedOf(onboardingId, records, execution?.is, failedLinks, noNewLink),
    noNewLink,
    isDataRemoved: record?.personalDataRemovedAt !== undefined,
    isTooLate: execution?.notRedrivable !== undefined,
    isFaultOfOurs: faultOfOurs !== undefined,
    laterAttempt:
      ticket === undefined || ticket.onboardingId === onboardingId ? undefined : ticket.onboardingId,
    options,
  };
  const tell = (age: (since: string) => string): string =>
    [
      styleText('bold', `${onboardingId}: ${record?.status ?? 'no record yet'}`),
      ...(record === undefined
        ? []
        : [`  ${withoutControls(record.company)}, ${record.product}, ${age(record.createdAt)}`]),
      ...(record?.personalDataRemovedAt === undefined
        ? []
        : [`  Personal data: removed on ${record.personalDataRemovedAt.slice(0, 10)}`]),
      ...(attempts.length > 1 ? [`  Attempts: ${attempts.join(', ')}`] : []),
      `  Execution: ${execution?.is ?? (record === undefined ? 'not started' : 'no longer known')}`,
      ...paragraph('Why', currentReasons(record, execution?.is, faultOfOurs)),
      ...paragraph(
        'Steps',
        steps.map((step) => stepLine(step, task, age)),
      ),
      ...paragraph(
        'There now',
        steps.flatMap((step) => effectsOf(step, task)),
      ),
      ...nextParagraph(situation),
    ].join('\n');
  return {
    text: tell((since) => ageBetween(since, now)),
    comparable: tell((since) => since),
    isOver: execution !== undefined && execution.is !== 'RUNNING' && record?.status !== 'Running',
  };
}

/** Returns the status of each attempt. An attempt of another kind of request has another id and is left out. */
async function attemptsOf(where: Target, onboardingId: string, latest: number): Promise<readonly string[]> {
  const stem = onboardingId.replace(/\d+$/u, '');
  const found = await Promise.all(
    Array.from({ length: latest }, async (_, index) => {
      const record = await findOnboarding(where, `${stem}${index + 1}`);
      return record === undefined ? [] : [`${index + 1} ${record.status}`];
    }),
  );
  return found.flat();
}

function waitsFor(
  { record, steps }: ShownRecords,
  execution: ExecutionStatus | undefined,
  task: PersonalTask,
): Situation['waitsFor'] {
  if (execution?.waits === true) return task;
  const isStalled = record?.stalledSince ?? steps.find(({ stalledSince }) => stalledSince)?.stalledSince;
  return isStalled === undefined ? undefined : 'a vendor';
}

const marks: Readonly<Record<string, string>> = { applied: '✓', undone: '↶', intended: '…' };

function stepLine(step: ShownStep, task: PersonalTask, age: (since: string) => string): string {
  const { sk: name, state = 'not begun', failure, stalledSince } = step;
  const stalled = stalledSince === undefined ? '' : `, waiting for a vendor, ${age(stalledSince)}`;
  const isWaiting = name === stepName.prerequisite && state === 'intended' && failure === undefined;
  const asked = isWaiting ? `, ${describeTask(task)}` : '';
  const mark = failure === undefined ? (marks[state] ?? ' ') : '✗';
  return `${mark} ${name.padEnd(20)} ${state}${asked}${stalled}${whyFailed(step, task)}`;
}

function whyFailed({ sk, failure }: ShownStep, task: PersonalTask): string {
  if (failure === undefined) return '';
  if (sk === stepName.prerequisite && isTaskTimeout({ step: sk, failure })) {
    return `\n      The ${task.name} did not come in time: ${describeTask(task)} was not closed before the wait ended.`;
  }
  return `\n      ${failure.error}: ${failure.service} ${failure.operation}: ${withoutControls(failure.detail)}`;
}

/** Lists what a step has left in effect. */
function effectsOf(step: ShownStep, task: PersonalTask): readonly string[] {
  if (step.state !== 'applied') return [];
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    [`task for the ${task.name},`, step.fact_taskNumber],
    ['Okta user', step.fact_userId],
    ['Okta group', step.fact_groupId],
    ['app client', step.fact_clientId],
    ['API key', step.fact_keyId],
    ['pick-up link number', step.fact_linkNumber],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${step.sk}: ${name} ${value}`]));
}

const paragraph = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${heading}:`, ...lines.map((line) => `  ${line}`)];

function nextParagraph(situation: Situation): readonly string[] {
  const { meaning, next } = adviceFor(situation);
  return ['What this means:', `  ${meaning}`, ...(next === undefined ? [] : ['Next:', `  ${next}`])];
}
