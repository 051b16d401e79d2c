import type { Clock } from '../../core/clock.ts';
import type {
  Onboarding,
  Onboardings,
  OnboardingSteps,
  StepFacts,
} from '../../core/onboarding/onboarding.ts';
import type { Attempt, TicketRecord, Tickets } from '../../core/tickets/records.ts';
import type { JournalIntents, Stalls } from '../../core/workflow/records.ts';
import { fromStored, type StoredRequest, toStored } from '../stored-request.ts';
import { createExecutionRecords, createJournalRecords } from './execution-records.ts';
import { createStallRecords } from './stall-records.ts';
import { createStepRecords } from './step-records.ts';
import { partitionKey, type PartitionKind, type PendingList } from './partitions.ts';
import type { Key, Table } from './table.ts';
import {
  endedPartition,
  executionIdIn,
  executionKey,
  isOfExecution,
  pendingKeys,
  type WorkflowKeys,
} from './workflow-keys.ts';

const onboardingKeys: WorkflowKeys = { prefix: 'ONBOARDING' satisfies PartitionKind, pendingPrefix: '' };
const ticketKey = (ticketNumber: string): Key => ({ pk: partitionKey('TICKET', ticketNumber), sk: 'TICKET' });

type StoredTicket = Omit<TicketRecord, 'request'> & { readonly request: StoredRequest };
type StoredOnboarding = Omit<Onboarding, 'request'> & { readonly request: StoredRequest };

/** The value of `gsi2pk` for tickets that were recorded but not started. Usually there are none. */
const unstarted: PendingList = 'UNSTARTED';
/** The value of `gsi2pk` for tickets that were started, until the personal data in their request is removed. */
const started: PendingList = 'STARTED';

/** Creates the store of ticket records. */
export function createTickets(table: Table, clock: Clock): Tickets {
  const listed = async (list: PendingList, before: Date): Promise<readonly Attempt[]> =>
    (await table.queryPending<Attempt & Key>(list, before.toISOString()))
      // Other items could be listed here, too, by whoever may write them.
      .filter(({ pk, ticketNumber }) => pk === ticketKey(ticketNumber).pk);
  return {
    find: async (ticketNumber) => {
      const stored = await table.get<StoredTicket>(ticketKey(ticketNumber));
      return stored === undefined ? undefined : { ...stored, request: fromStored(stored.request) };
    },
    record: (ticket) =>
      table.create(ticketKey(ticket.ticketNumber), {
        ...ticket,
        request: toStored(ticket.request),
        gsi2pk: unstarted,
        gsi2sk: clock.now().toISOString(),
      }),
    supersede: async (previous, { attempt, onboardingId, digest, request, redriveOf }) => {
      const values = {
        attempt,
        onboardingId,
        digest,
        request: toStored(request),
        unstarted,
        now: clock.now().toISOString(),
        previous: previous.onboardingId,
        ...(redriveOf !== undefined && { redriveOf }),
      };
      const superseded = await table.update(ticketKey(previous.ticketNumber), {
        update: `SET #attempt = :attempt, #onboardingId = :onboardingId, #digest = :digest, #request = :request, #gsi2pk = :unstarted, #gsi2sk = :now${
          redriveOf === undefined ? '' : ', #redriveOf = :redriveOf'
        } REMOVE #personalDataRemovedAt${redriveOf === undefined ? ', #redriveOf' : ''}`,
        condition: '#onboardingId = :previous',
        values,
      });
      return superseded !== undefined;
    },
    markStarted: async ({ ticketNumber, onboardingId }) => {
      await table.update(ticketKey(ticketNumber), {
        update: 'SET #gsi2pk = :started, #gsi2sk = :now',
        condition: '#onboardingId = :onboardingId AND #gsi2pk = :unstarted',
        values: { onboardingId, started, unstarted, now: clock.now().toISOString() },
      });
    },
    listUnstarted: (before) => listed(unstarted, before),
    listStarted: (before) => listed(started, before),
    postponeRemoval: async ({ ticketNumber, onboardingId }, to) => {
      await table.update(ticketKey(ticketNumber), {
        update: 'SET #gsi2sk = :to',
        condition: '#onboardingId = :onboardingId AND #gsi2pk = :started',
        values: { to: to.toISOString(), onboardingId, started },
      });
    },
    removePersonalData: async ({ ticketNumber, onboardingId }, request, at) => {
      await table.update(ticketKey(ticketNumber), {
        update: `SET #request = :request, #personalDataRemovedAt = :at REMOVE ${pendingKeys}`,
        condition: '#onboardingId = :onboardingId AND #gsi2pk = :started',
        values: { request: toStored(request), at: at.toISOString(), onboardingId, started },
      });
    },
  };
}

/** Creates the store of onboardings. */
export function createOnboardings(table: Table, clock: Clock): Onboardings {
  const records = createExecutionRecords<StoredOnboarding>(
    table,
    onboardingKeys,
    ({ onboardingId }) => onboardingId,
    clock,
  );
  const ended = endedPartition(onboardingKeys);
  /** The record is listed, and as it was read: nobody has ended it otherwise, or once more, since. */
  const isAsRead = '#gsi2pk = :ended AND #status = :status AND #endedAt = :endedAt';
  const asRead = ({ status, endedAt }: Onboarding) => ({ ended, status, endedAt });
  const inNormalForm = (stored: StoredOnboarding): Onboarding => ({
    ...stored,
    request: fromStored(stored.request),
  });
  return {
    ...records,
    find: async (onboardingId) => {
      const stored = await records.find(onboardingId);
      return stored === undefined ? undefined : inNormalForm(stored);
    },
    create: async (onboarding) =>
      inNormalForm(await records.create({ ...onboarding, request: toStored(onboarding.request) })),
    listEnded: async (before) =>
      (await table.queryPending<Key>(ended, before.toISOString()))
        .filter((item) => isOfExecution(onboardingKeys, item))
        .map((key) => executionIdIn(onboardingKeys, key)),
    postponeRemoval: async (onboarding, to) => {
      await table.update(executionKey(onboardingKeys, onboarding.onboardingId), {
        update: 'SET #gsi2sk = :to',
        condition: isAsRead,
        values: { ...asRead(onboarding), to: to.toISOString() },
      });
    },
    removePersonalData: async (onboarding, at) => {
      const { onboardingId, request, reasons, plan } = onboarding;
      await table.update(executionKey(onboardingKeys, onboardingId), {
        update: `SET #request = :request, #plan = :plan, #personalDataRemovedAt = :at${
          reasons === undefined ? '' : ', #reasons = :reasons'
        } REMOVE ${pendingKeys}`,
        condition: isAsRead,
        values: {
          ...asRead(onboarding),
          request: toStored(request),
          plan,
          at: at.toISOString(),
          ...(reasons !== undefined && { reasons }),
        },
      });
    },
  };
}

/** Creates the store of the steps of onboardings. */
export const createSteps = (table: Table): OnboardingSteps =>
  createStepRecords<StepFacts>(table, onboardingKeys, {
    prerequisiteId: { name: 'ewacsUserId' },
    taskId: { name: 'taskSysId' },
    // The first records have the numbers of ServiceNow's states, whatever the desk is. 7 is closed skipped.
    closedState: {
      values: [
        ['complete', '3'],
        ['incomplete', '4'],
        ['incomplete', '7'],
      ],
    },
  });

/** Creates the store of onboardings and their steps that make no progress for some time. */
export const createStalls = (table: Table): Stalls => createStallRecords(table, onboardingKeys);

/** Creates the records that tell whether an entry in an onboarding's ticket was begun or written. */
export const createJournalIntents = (table: Table): JournalIntents =>
  createJournalRecords(table, onboardingKeys);
