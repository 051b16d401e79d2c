import { NotFound } from '../../../core/errors.ts';
import type { TicketDesk, TicketFields, TicketTable, TicketTask } from '../../../core/tickets/ports.ts';

export interface FakeTask extends TicketTask {
  readonly correlationId: string;
  readonly assignmentGroup: string;
}

export interface FakeDesk extends TicketDesk {
  /** Every update, in order. */
  readonly updates: { readonly table: TicketTable; readonly sysId: string; readonly fields: TicketFields }[];
  tasks(): readonly FakeTask[];
  /** Closes the task, as a person would in ServiceNow. */
  close(number: string, state: string): void;
}

/** Creates a ticket desk. Task numbers count up: `SCTASK1`. */
export function fakeDesk(): FakeDesk {
  const updates: FakeDesk['updates'] = [];
  const tasks = new Map<string, FakeTask>();
  const change = (sysId: string, state: string): void => {
    const task = tasks.get(sysId);
    if (task === undefined) {
      throw new NotFound({ service: 'servicenow', operation: 'fake', detail: 'no such record' });
    }
    tasks.set(sysId, { ...task, state });
  };
  return {
    updates,
    tasks: () => [...tasks.values()],
    close: (number, state) => change(`sys-${number}`, state),
    update: async (table, sysId, fields) => {
      if (table === 'sc_task' && fields.state !== undefined) change(sysId, fields.state);
      updates.push({ table, sysId, fields });
      return Promise.resolve();
    },
    hasEntry: async (sysId, field, reference) =>
      Promise.resolve(
        updates.some(
          (update) => update.sysId === sysId && update.fields[field]?.includes(reference) === true,
        ),
      ),
    createTask: async ({ correlationId, assignmentGroup }) => {
      const number = `SCTASK${tasks.size + 1}`;
      const task = { sysId: `sys-${number}`, number, state: '1', correlationId, assignmentGroup };
      tasks.set(task.sysId, task);
      return Promise.resolve(task);
    },
    findTask: async (correlationId) =>
      Promise.resolve([...tasks.values()].find((task) => task.correlationId === correlationId)),
  };
}
