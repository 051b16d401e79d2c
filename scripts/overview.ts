import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { styleText } from 'node:util';
import { findFaultOfOurs } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import type { NoNewLink } from '../core/credentials/new-link.ts';
import { ticketNumberOf } from '../core/onboarding/ids.ts';
import { ageBetween, nowAt, withoutControls } from './age.ts';
import {
  describeTask,
  type PersonalTask,
  prerequisiteHere,
  taskOf,
  type Unfinished,
  unfinishedOf,
} from './attention.ts';
import { findExecution } from './executions.ts';
import { adviceFor } from './next-step.ts';
import { noNewLinkFor } from './new-links.ts';
import {
  currentReasons,
  type FailedLink,
  findTicket,
  listExecutions,
  listFailedLinks,
  listPending,
  type PendingItem,
  readRecords,
  type ShownOnboarding,
} from './onboardings.ts';

/** How many executions are looked at, of all and of each kind of failure, and how many are listed. */
const newest = 50;
const listed = 10;

interface Row {
  readonly onboardingId: string;
  readonly execution: string | undefined;
  readonly startedAt: Date | undefined;
  readonly record: ShownOnboarding | undefined;
  readonly pending: PendingItem | undefined;
  /** The task of a person that it waits for. */
  readonly task: PersonalTask | undefined;
  /** Why it still needs somebody although it has ended. */
  readonly unfinished: Unfinished | undefined;
  readonly noNewLink: NoNewLink | undefined;
  /** Whether Step Functions refuses to redrive its execution. */
  readonly isTooLate: boolean;
  /** The error of a fault of ours that it was rolled back for, until somebody starts a new attempt. */
  readonly faultOfOurs: string | undefined;
}

/** Shows what needs attention, what waits for a person, and then the latest onboardings. */
export async function overview(where: Target, options: string): Promise<string> {
  const now = await nowAt(where);
  const [pending, executions, failedLinks] = await Promise.all([
    listPending(where),
    listExecutions(where, newest),
    listFailedLinks(where, now),
  ]);
  const rows = await rowsOf(where, { pending, executions, failedLinks, now });
  const urgent = rows.filter(needsAttention).toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
  const waiting = rows.filter((row) => !urgent.includes(row) && row.task !== undefined);
  const latest = rows
    .filter((row) => !urgent.includes(row) && !waiting.includes(row) && row.execution !== undefined)
    .slice(0, listed);
  if (rows.length === 0) {
    return 'There is no onboarding yet. Start one: npm run send -- events/samples/b2b-onboarding-us.json';
  }
  const section = (heading: string, list: readonly Row[]): readonly string[] =>
    list.length === 0
      ? []
      : ['', styleText('bold', heading), ...list.flatMap((row) => linesOf(row, now, options))];
  return [
    ...(urgent.length === 0 ? [styleText('bold', 'Nothing needs attention.')] : []),
    ...section('Needs attention', urgent).slice(1),
    ...section('Waiting for a person', waiting),
    ...section('Latest', latest),
  ].join('\n');
}

/** What was found when the overview began. */
interface Found {
  readonly pending: readonly PendingItem[];
  readonly executions: readonly ExecutionListItem[];
  readonly failedLinks: readonly FailedLink[];
  readonly now: Date;
}

async function rowsOf(
  where: Target,
  { pending, executions, failedLinks, now }: Found,
): Promise<readonly Row[]> {
  const ids = new Set([
    ...executions.flatMap(({ name }) => name ?? []),
    ...pending.map(({ onboardingId }) => onboardingId),
    ...failedLinks.map(({ onboardingId }) => onboardingId),
  ]);
  const prerequisite = prerequisiteHere();
  return Promise.all(
    [...ids].map(async (onboardingId): Promise<Row> => {
      const listedExecution = executions.find(({ name }) => name === onboardingId);
      const wait = pending.find((each) => each.onboardingId === onboardingId);
      const records = await readRecords(where, onboardingId);
      const { record } = records;
      const execution = listedExecution?.status ?? statusOfUnlisted(wait, record);
      const unfinishedWith = (noNewLink: NoNewLink | undefined): Unfinished | undefined =>
        unfinishedOf(onboardingId, records, execution, failedLinks, noNewLink);
      const noNewLink =
        unfinishedWith(undefined) === undefined
          ? undefined
          : await noNewLinkFor(where, onboardingId, records, now);
      const unfinished = unfinishedWith(noNewLink);
      const isRolledBack = record?.status === 'RolledBack';
      const isLatest =
        (unfinished !== undefined || isRolledBack) && (await isLatestAttempt(where, onboardingId));
      return {
        onboardingId,
        execution,
        startedAt: listedExecution?.startDate,
        record,
        pending: wait,
        task: wait?.kind === 'waiting for a person' ? taskOf(records, prerequisite, now) : undefined,
        unfinished: isLatest ? unfinished : undefined,
        noNewLink,
        isTooLate:
          (record?.status === 'Stopped' || record?.status === 'RollbackIncomplete') &&
          (await findExecution(where, onboardingId))?.notRedrivable !== undefined,
        faultOfOurs: isLatest && isRolledBack ? await findFaultOfOurs(where, onboardingId) : undefined,
      };
    }),
  );
}

/** Returns the status of an execution that is not among the newest. If something is pending, it runs. */
function statusOfUnlisted(
  wait: PendingItem | undefined,
  record: ShownOnboarding | undefined,
): string | undefined {
  if (wait?.kind === 'not started') return undefined;
  return wait === undefined && record?.status === 'Done' ? 'SUCCEEDED' : 'RUNNING';
}

const isLatestAttempt = async (where: Target, onboardingId: string): Promise<boolean> =>
  (await findTicket(where, ticketNumberOf(onboardingId)))?.onboardingId === onboardingId;

/** The kinds of trouble, the most urgent first. */
const urgencies: readonly ((row: Row) => boolean)[] = [
  isStopped,
  ({ record }) => record?.status === 'RollbackIncomplete',
  hasUnrecordedEnd,
  ({ unfinished }) => unfinished === 'ticket not told',
  ({ faultOfOurs }) => faultOfOurs !== undefined,
  ({ pending }) => pending?.kind === 'waiting for a vendor',
  ({ unfinished }) => unfinished !== undefined,
  ({ task }) => task?.isOverdue === true,
  ({ pending, execution }) => pending?.kind === 'not started' && execution === undefined,
];

function isStopped({ record, execution }: Row): boolean {
  return record?.status === 'Stopped' && execution !== 'RUNNING';
}

function hasUnrecordedEnd({ record, execution }: Row): boolean {
  const isOpen = record === undefined || record.status === 'Running';
  return isOpen && execution !== undefined && execution !== 'RUNNING';
}

const urgencyOf = (row: Row): number => urgencies.findIndex((matches) => matches(row));
const needsAttention = (row: Row): boolean => urgencyOf(row) >= 0;

/** Says in a few words how an onboarding is. */
function stateOf(row: Row): string {
  const { record, pending, task, unfinished } = row;
  if (pending === undefined || isStopped(row)) {
    const state = record?.status ?? 'no record';
    return unfinished === undefined ? state : `${state}, ${unfinished}`;
  }
  if (task !== undefined) {
    return `waiting for the ${task.name}, ${describeTask(task)}${task.isOverdue ? ', overdue' : ''}`;
  }
  return pending.step === undefined ? pending.kind : `${pending.kind}: ${pending.step}`;
}

function linesOf(row: Row, now: Date, options: string): readonly string[] {
  const { onboardingId, execution, startedAt, record, pending, task, unfinished } = row;
  const since = pending?.since ?? record?.createdAt ?? startedAt?.toISOString();
  const parts = [
    stateOf(row),
    ...(record === undefined ? [] : [withoutControls(record.company), record.product]),
    ...(since === undefined ? [] : [ageBetween(since, now)]),
  ];
  const reasons = currentReasons(record, execution, row.faultOfOurs).map((reason) => `      ${reason}`);
  const { next } = adviceFor({
    onboardingId,
    recorded: record?.status,
    execution,
    waitsFor: task ?? (pending && 'a vendor'),
    unfinished,
    noNewLink: row.noNewLink,
    isDataRemoved: record?.personalDataRemovedAt !== undefined,
    isTooLate: row.isTooLate,
    isFaultOfOurs: row.faultOfOurs !== undefined,
    options,
  });
  const isUrgent = needsAttention(row);
  return [
    `  ${isUrgent ? styleText('red', '!') : ' '} ${onboardingId}  ${parts.join(', ')}`,
    ...reasons,
    ...(isUrgent && next !== undefined ? [`      Next: ${next}`] : []),
  ];
}
