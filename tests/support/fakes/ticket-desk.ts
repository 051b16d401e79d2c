import { NotFound } from '../../../core/errors.ts';
import type { TicketDesk, TicketState, TicketTask, TicketUpdate } from '../../../core/tickets/ports.ts';

export interface FakeTask extends TicketTask {
  readonly correlationId: string;
  readonly assignmentGroup: string;
}

export interface FakeDesk extends TicketDesk {
  /** Every update, in order. */
  readonly updates: {
    readonly record: 'ticket' | 'task';
    readonly id: string;
    readonly fields: TicketUpdate;
  }[];
  tasks(): readonly FakeTask[];
  /** Closes the task, as a person would at the desk. */
  close(number: string, state: TicketState): void;
}

/** Creates a ticket desk. Task numbers count up: `SCTASK1`. */
export function fakeDesk(): FakeDesk {
  const updates: FakeDesk['updates'] = [];
  const tasks = new Map<string, FakeTask>();
  const change = (id: string, state: TicketState): void => {
    const task = tasks.get(id);
    if (task === undefined) {
      throw new NotFound({ service: 'servicenow', operation: 'fake', detail: 'no such record' });
    }
    tasks.set(id, { ...task, state });
  };
  return {
    updates,
    tasks: () => [...tasks.values()],
    close: (number, state) => change(`sys-${number}`, state),
    updateTicket: async (id, fields) => {
      updates.push({ record: 'ticket', id, fields });
      return Promise.resolve();
    },
    updateTask: async (id, fields) => {
      if (fields.state !== undefined) change(id, fields.state);
      updates.push({ record: 'task', id, fields });
      return Promise.resolve();
    },
    hasEntry: async (ticketId, kind, reference) =>
      Promise.resolve(
        updates.some(
          ({ record, id, fields }) =>
            record === 'ticket' && id === ticketId && fields[kind]?.includes(reference) === true,
        ),
      ),
    createTask: async ({ correlationId, assignmentGroup }) => {
      const number = `SCTASK${tasks.size + 1}`;
      const task = { id: `sys-${number}`, number, state: 'open', correlationId, assignmentGroup } as const;
      tasks.set(task.id, task);
      return Promise.resolve(task);
    },
    findTask: async (correlationId) =>
      Promise.resolve([...tasks.values()].find((task) => task.correlationId === correlationId)),
  };
}
