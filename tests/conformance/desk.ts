import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClosedState, TicketDesk, TicketState, TicketTask } from '../../core/tickets/ports.ts';
import { referenceOf } from '../../core/workflow/ids.ts';
import { writeOnce } from '../../core/workflow/journal.ts';
import type { FaultMode } from '../../local/kernel/faults.ts';
import { fakeJournalIntents } from '../support/fakes/onboarding-records.ts';
import {
  type AdapterFacts,
  connectWithShortTimeout,
  faultyCalls,
  loginFaults,
  longTimeout,
  outcomeOf,
  repeatableCreation,
  shortTimeout,
  type UnderTest,
} from './faulty-calls.ts';

export type DeskMethod = keyof TicketDesk;

/** A ticket as its vendor holds it, in the words of the port. */
export interface VendorTicket {
  readonly state: TicketState;
  /** Oldest first. */
  readonly internalNotes: readonly string[];
  /** Oldest first. */
  readonly comments: readonly string[];
}

/** A task as its vendor holds it, in the words of the port. */
export interface VendorTask extends VendorTicket {
  readonly id: string;
  readonly number: string;
  readonly assignmentGroup: string;
  readonly title: string;
  readonly text: string;
  readonly correlationId: string;
}

/** A desk whose adapter is tested. All of it but the adapter reads and writes without the adapter. */
export interface DeskUnderTest extends UnderTest<TicketDesk, DeskMethod> {
  /** Creates an open ticket, as somebody who requests something does, and returns its id. */
  createTicket(): Promise<string>;
  ticket(ticketId: string): Promise<VendorTicket>;
  /** Returns the tasks of a ticket, oldest first. */
  tasksOf(ticketId: string): Promise<readonly VendorTask[]>;
  /** Closes a task, as a person of the assignment group does. */
  closeByHand(taskId: string, as: ClosedState): Promise<void>;
  /** An id that no ticket and no task has. */
  readonly unknownId: string;
}

export interface DeskSuite extends AdapterFacts<DeskMethod> {
  /** Starts a stand-in of the vendor, or opens a test account there. */
  start(): Promise<DeskUnderTest>;
}

/** Describes what an adapter of the port `TicketDesk` promises, and holds the adapter to it. */
export function describeDesk(suite: DeskSuite): void {
  let vendor: DeskUnderTest;
  let desk: TicketDesk;
  let impatient: TicketDesk;

  beforeAll(async () => {
    vendor = await suite.start();
    desk = vendor.connect(longTimeout);
    impatient = await connectWithShortTimeout(vendor, (adapter) => adapter.findTask(`none-${randomUUID()}`));
  });
  afterEach(() => vendor.clearFaults());
  afterAll(() => vendor.stop());

  const taskFor = (ticketId: string, correlationId = `${randomUUID()}/task`) => ({
    ticketId,
    assignmentGroup: 'accounts-us',
    title: 'Create the account dana.li for Acme Credit Ltd',
    text: 'Acme Credit Ltd is to get access.\nWhen the account exists, close this task as complete.',
    correlationId,
  });
  const untouched: VendorTicket = { state: 'open', internalNotes: [], comments: [] };
  const withdrawn: VendorTicket = {
    state: 'incomplete',
    internalNotes: ['No longer needed'],
    comments: [],
  };
  /** Returns the task as its vendor holds it. */
  const heldAs = (
    { ticketId: _ticketId, ...task }: ReturnType<typeof taskFor>,
    { id, number }: Awaited<ReturnType<TicketDesk['createTask']>>,
    written: VendorTicket,
  ): VendorTask => ({ ...task, id, number, ...written });
  const adapterFor = (mode: FaultMode): TicketDesk => (mode === 'hang' ? impatient : desk);

  describe(`${suite.name} as a desk`, () => {
    it('WF-8 writes state, note and comment into a ticket, one entry after the other', async () => {
      const [ticketId, other] = [await vendor.createTicket(), await vendor.createTicket()];
      await desk.updateTicket(ticketId, { state: 'in-progress', internalNote: 'Profile ready (ref 1)' });
      await desk.updateTicket(ticketId, {
        state: 'complete',
        internalNote: 'Done',
        comment: 'Ödön 🙂 can\nstart: "now" & <here>',
      });
      expect(await vendor.ticket(ticketId)).toEqual({
        state: 'complete',
        internalNotes: ['Profile ready (ref 1)', 'Done'],
        comments: ['Ödön 🙂 can\nstart: "now" & <here>'],
      });
      expect(await vendor.ticket(other)).toEqual(untouched);
    });

    it('changes only the fields that it is given', async () => {
      const ticketId = await vendor.createTicket();
      await desk.updateTicket(ticketId, { state: 'in-progress' });
      await desk.updateTicket(ticketId, { comment: 'Please wait' });
      await desk.updateTicket(ticketId, { internalNote: 'Waiting' });
      expect(await vendor.ticket(ticketId)).toEqual({
        state: 'in-progress',
        internalNotes: ['Waiting'],
        comments: ['Please wait'],
      });
    });

    it('X-2 finds an entry again by its reference, in its own field and ticket only', async () => {
      const [ticketId, other] = [await vendor.createTicket(), await vendor.createTicket()];
      const reference = referenceOf(randomUUID(), 'profile');
      await desk.updateTicket(ticketId, { internalNote: `Profile ready\n\n${reference}` });
      expect(await desk.hasEntry(ticketId, 'internalNote', reference)).toBe(true);
      expect(await desk.hasEntry(ticketId, 'internalNote', referenceOf(randomUUID(), 'profile'))).toBe(false);
      expect(await desk.hasEntry(ticketId, 'comment', reference)).toBe(false);
      expect(await desk.hasEntry(other, 'internalNote', reference)).toBe(false);
    });

    it('X-2 finds an entry again among many', async () => {
      const ticketId = await vendor.createTicket();
      const references = Array.from({ length: 25 }, (_, index) =>
        referenceOf(randomUUID(), `entry-${index}`),
      );
      for (const reference of references) {
        await desk.updateTicket(ticketId, { comment: `News ${reference}` });
      }
      for (const reference of references) {
        expect(await desk.hasEntry(ticketId, 'comment', reference)).toBe(true);
      }
    });

    it('WF-3 creates an open task of the ticket, for the group', async () => {
      const ticketId = await vendor.createTicket();
      const task = taskFor(ticketId);
      const created = await desk.createTask(task);
      const { ticketId: _, ...texts } = task;
      expect(created).toEqual({
        id: expect.stringMatching(/./u) as string,
        number: expect.stringMatching(/./u) as string,
        state: 'open',
      });
      expect(await vendor.tasksOf(ticketId)).toEqual([
        { id: created.id, number: created.number, ...texts, ...untouched },
      ]);
    });

    it('X-2 finds each task by its whole correlation id, also with a new adapter', async () => {
      const ticketId = await vendor.createTicket();
      const [first, second] = [taskFor(ticketId), taskFor(ticketId)];
      const [createdFirst, createdSecond] = [await desk.createTask(first), await desk.createTask(second)];
      expect(createdSecond.number).not.toBe(createdFirst.number);
      const adapter = vendor.connect(longTimeout);
      expect(await adapter.findTask(first.correlationId)).toEqual(createdFirst);
      expect(await adapter.findTask(second.correlationId)).toEqual(createdSecond);
      expect(await adapter.findTask(first.correlationId.slice(0, -1))).toBeUndefined();
      expect(await adapter.findTask(`${first.correlationId}2`)).toBeUndefined();
      expect(await adapter.findTask(`${randomUUID()}/task`)).toBeUndefined();
    });

    it('takes a correlation id with = & % + ? # and spaces as it is', async () => {
      const ticketId = await vendor.createTicket();
      const correlationId = `%2F+a=b&c d LIKEe?f#g ${randomUUID()}`;
      const created = await desk.createTask(taskFor(ticketId, correlationId));
      expect(await desk.findTask(correlationId)).toEqual(created);
      expect((await vendor.tasksOf(ticketId)).map((task) => task.correlationId)).toEqual([correlationId]);
    });

    it('X-1 closes its own task with a note, and touches nothing else', async () => {
      const ticketId = await vendor.createTicket();
      const [ours, theirs] = [taskFor(ticketId), taskFor(ticketId)];
      const created = await desk.createTask(ours);
      const other = await desk.createTask(theirs);
      await desk.updateTask(created.id, { state: 'incomplete', internalNote: 'No longer needed' });
      expect(await desk.findTask(ours.correlationId)).toEqual({ ...created, state: 'incomplete' });
      expect(await desk.findTask(theirs.correlationId)).toEqual(other);
      expect(await vendor.tasksOf(ticketId)).toEqual([
        heldAs(ours, created, withdrawn),
        heldAs(theirs, other, untouched),
      ]);
      expect(await vendor.ticket(ticketId)).toEqual(untouched);
    });

    it.each(['complete', 'incomplete'] as const)(
      'WF-3 shows that a person has closed a task as %s',
      async (as) => {
        const task = taskFor(await vendor.createTicket());
        const created = await desk.createTask(task);
        await vendor.closeByHand(created.id, as);
        expect(await desk.findTask(task.correlationId)).toEqual({ ...created, state: as });
      },
    );

    it('throws NotFound for a ticket or a task that does not exist', async () => {
      const { unknownId } = vendor;
      expect(await outcomeOf(desk.updateTicket(unknownId, { state: 'complete' }))).toBe('NotFound');
      expect(await outcomeOf(desk.updateTask(unknownId, { state: 'complete' }))).toBe('NotFound');
    });

    it('throws Unavailable for every call while nobody answers at the address', async () => {
      const ticketId = await vendor.createTicket();
      const adapter = vendor.connectToUnusedAddress();
      const calls = [
        adapter.updateTicket(ticketId, { state: 'complete' }),
        adapter.updateTask(ticketId, { state: 'complete' }),
        adapter.hasEntry(ticketId, 'comment', 'reference'),
        adapter.createTask(taskFor(ticketId)),
        adapter.findTask('correlation-id'),
      ];
      expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => 'Unavailable'));
    });
  });

  describe(`${suite.name} as a desk, with each fault`, () => {
    it.each(faultyCalls(suite, 'updateTicket', 'once'))(
      'X-2 $title, and the entry is there once',
      async (fault) => {
        const ticketId = await vendor.createTicket();
        const executionId = randomUUID();
        const entries = fakeJournalIntents();
        const write = (adapter: TicketDesk): Promise<void> =>
          writeOnce({ desk: adapter, entries }, { executionId, ticketId }, 'profile', {
            state: 'in-progress',
            internalNote: 'Profile ready',
            comment: 'Your profile is ready',
          });
        const reference = referenceOf(executionId, 'profile');
        const written: VendorTicket = {
          state: 'in-progress',
          internalNotes: [`Profile ready\n\n${reference}`],
          comments: [`Your profile is ready\n\n${reference}`],
        };

        vendor.injectFault(fault);
        const outcome = await outcomeOf(write(adapterFor(fault.mode)));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
        if (fault.done !== 'some') {
          expect(await vendor.ticket(ticketId)).toEqual(fault.done === 'everything' ? written : untouched);
        }
        await write(desk);
        await write(desk);
        expect(await vendor.ticket(ticketId)).toEqual(written);
      },
    );

    it.each(faultyCalls(suite, 'createTask', 'once'))(
      'X-1 $title, and there is one task in the end',
      async (fault) => {
        const ticketId = await vendor.createTicket();
        const task = taskFor(ticketId);
        const createTask = repeatableCreation<TicketDesk, TicketTask>(
          (adapter) => adapter.findTask(task.correlationId),
          (adapter) => adapter.createTask(task),
        );

        vendor.injectFault(fault);
        const outcome = await outcomeOf(createTask(adapterFor(fault.mode)));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
        if (fault.done !== 'some') {
          expect(await vendor.tasksOf(ticketId)).toHaveLength(fault.done === 'everything' ? 1 : 0);
        }
        const created = await createTask(desk);
        expect(await createTask(desk)).toEqual(created);
        expect((await vendor.tasksOf(ticketId)).map((each) => each.id)).toEqual([created.id]);
      },
    );

    it.each(faultyCalls(suite, 'updateTask', 'once'))(
      'X-1 $title, and the task is closed with one note in the end',
      async (fault) => {
        const ticketId = await vendor.createTicket();
        const task = taskFor(ticketId);
        const created = await desk.createTask(task);
        // A step that withdraws its task looks first whether the task is still open.
        const withdraw = async (adapter: TicketDesk): Promise<void> => {
          const found = await adapter.findTask(task.correlationId);
          if (found?.state !== 'open') return;
          await adapter.updateTask(found.id, { state: 'incomplete', internalNote: 'No longer needed' });
        };

        vendor.injectFault(fault);
        const outcome = await outcomeOf(withdraw(adapterFor(fault.mode)));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
        if (fault.done !== 'some') {
          expect(await vendor.tasksOf(ticketId)).toEqual([
            heldAs(task, created, fault.done === 'everything' ? withdrawn : untouched),
          ]);
        }
        await withdraw(desk);
        await withdraw(desk);
        expect(await vendor.tasksOf(ticketId)).toEqual([heldAs(task, created, withdrawn)]);
        expect(await vendor.ticket(ticketId)).toEqual(untouched);
      },
    );

    it.each(faultyCalls(suite, 'findTask', 'reads'))('X-2 $title, and does not answer', async (fault) => {
      const task = taskFor(await vendor.createTicket());
      const created = await desk.createTask(task);
      vendor.injectFault(fault);
      const outcome = await outcomeOf(adapterFor(fault.mode).findTask(task.correlationId));
      expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      expect(await desk.findTask(task.correlationId)).toEqual(created);
    });

    it.each(faultyCalls(suite, 'hasEntry', 'reads'))('X-2 $title, and does not answer', async (fault) => {
      const ticketId = await vendor.createTicket();
      await desk.updateTicket(ticketId, { comment: 'Wait (ref 1)' });
      vendor.injectFault(fault);
      const outcome = await outcomeOf(adapterFor(fault.mode).hasEntry(ticketId, 'comment', '(ref 1)'));
      expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      expect(await desk.hasEntry(ticketId, 'comment', '(ref 1)')).toBe(true);
    });

    it.each(loginFaults(suite))('X-2 $title, and nothing is changed', async (fault) => {
      const ticketId = await vendor.createTicket();
      for (const change of [
        (adapter: TicketDesk) => adapter.updateTicket(ticketId, { internalNote: 'Profile ready' }),
        (adapter: TicketDesk) => adapter.createTask(taskFor(ticketId)),
      ]) {
        vendor.injectFault(fault);
        const adapter = vendor.connect(fault.mode === 'hang' ? shortTimeout : longTimeout);
        const outcome = await outcomeOf(change(adapter));
        expect([outcome, vendor.pendingFaults()]).toEqual([fault.error, 0]);
      }
      expect(await vendor.ticket(ticketId)).toEqual(untouched);
      expect(await vendor.tasksOf(ticketId)).toEqual([]);
    });
  });
}
