import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { styleText } from 'node:util';
import { findFaultOfOurs } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import { ticketNumberOf } from '../core/onboarding/ids.ts';
import { ageBetween, nowAt, withoutControls } from './age.ts';
import { adviceFor } from './next-step.ts';
import {
  currentReasons,
  findOnboarding,
  findTicket,
  listExecutions,
  listPending,
  type PendingItem,
  type ShownOnboarding,
} from './onboardings.ts';

const newest = 10;

interface Row {
  readonly onboardingId: string;
  readonly execution: string | undefined;
  readonly startedAt: Date | undefined;
  readonly record: ShownOnboarding | undefined;
  readonly pending: PendingItem | undefined;
  /** The error of a fault of ours that it was rolled back for, until somebody starts a new attempt. */
  readonly faultOfOurs: string | undefined;
}

/** Shows what needs attention, and then the latest onboardings. */
export async function overview(where: Target, options: string): Promise<string> {
  const [pending, executions, now] = await Promise.all([
    listPending(where),
    listExecutions(where, newest),
    nowAt(where),
  ]);
  const rows = await rowsOf(where, pending, executions);
  const urgent = rows.filter(needsAttention).toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
  const latest = rows.filter((row) => !urgent.includes(row) && row.execution !== undefined).slice(0, newest);
  if (rows.length === 0) {
    return 'There is no onboarding yet. Start one: npm run send -- events/samples/b2b-onboarding-us.json';
  }
  const shown = (list: readonly Row[]): readonly string[] =>
    list.flatMap((row) => linesOf(row, now, options));
  return [
    styleText('bold', urgent.length === 0 ? 'Nothing needs attention.' : 'Needs attention'),
    ...shown(urgent),
    ...(latest.length === 0 ? [] : ['', styleText('bold', 'Latest'), ...shown(latest)]),
  ].join('\n');
}

async function rowsOf(
  where: Target,
  pending: readonly PendingItem[],
  executions: readonly ExecutionListItem[],
): Promise<readonly Row[]> {
  const ids = new Set([
    ...executions.flatMap(({ name }) => name ?? []),
    ...pending.map(({ onboardingId }) => onboardingId),
  ]);
  return Promise.all(
    [...ids].map(async (onboardingId) => {
      const execution = executions.find(({ name }) => name === onboardingId);
      const wait = pending.find((each) => each.onboardingId === onboardingId);
      // An execution that is not among the newest and has something pending is still running.
      const unlisted = wait?.kind === 'not started' ? undefined : 'RUNNING';
      const record = await findOnboarding(where, onboardingId);
      return {
        onboardingId,
        execution: execution?.status ?? unlisted,
        startedAt: execution?.startDate,
        record,
        pending: wait,
        faultOfOurs: record?.status === 'RolledBack' ? await findOpenFault(where, onboardingId) : undefined,
      };
    }),
  );
}

async function findOpenFault(where: Target, onboardingId: string): Promise<string | undefined> {
  const ticket = await findTicket(where, ticketNumberOf(onboardingId));
  return ticket?.onboardingId === onboardingId ? findFaultOfOurs(where, onboardingId) : undefined;
}

/** The kinds of trouble, the most urgent first. */
const urgencies: readonly ((row: Row) => boolean)[] = [
  isStopped,
  ({ record }) => record?.status === 'RollbackIncomplete',
  hasUnrecordedEnd,
  ({ faultOfOurs }) => faultOfOurs !== undefined,
  ({ pending }) => pending?.kind === 'waiting for a vendor',
  ({ pending }) => pending?.kind === 'waiting for a person',
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

function linesOf(row: Row, now: Date, options: string): readonly string[] {
  const { onboardingId, execution, startedAt, record, pending } = row;
  const since = pending?.since ?? record?.createdAt ?? startedAt?.toISOString();
  const state =
    pending === undefined || isStopped(row)
      ? (record?.status ?? 'no record')
      : [pending.kind, pending.step].filter((part) => part !== undefined).join(': ');
  const parts = [
    state,
    ...(record === undefined ? [] : [withoutControls(record.company), record.product]),
    ...(since === undefined ? [] : [ageBetween(since, now)]),
  ];
  const reasons = currentReasons(record, execution, row.faultOfOurs).map((reason) => `      ${reason}`);
  const { next } = adviceFor({
    onboardingId,
    recorded: record?.status,
    execution,
    waitsFor: pending?.kind === 'waiting for a person' ? 'a person' : pending && 'a vendor',
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
