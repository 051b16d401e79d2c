import type { ClosedState, TicketState } from '../../core/tickets/ports.ts';

/** The number of each state, in the tables `sc_req_item` and `sc_task`. */
export const stateNumbers: Readonly<Record<TicketState, string>> = {
  open: '1',
  'in-progress': '2',
  complete: '3',
  incomplete: '4',
};

/** What the numbers of closed states mean: closed complete, closed incomplete, closed skipped. */
export const closedStates: ReadonlyMap<string, ClosedState> = new Map([
  ['3', 'complete'],
  ['4', 'incomplete'],
  ['7', 'incomplete'],
]);

/**
 * Returns the state that a number means. ServiceNow counts a task as closed from 3 on. So an instance's own
 * number above 3 is incomplete, and one below it, such as -5 for pending, is open.
 */
export function stateOf(number: string): TicketState {
  if (number === stateNumbers['in-progress']) return 'in-progress';
  return closedStates.get(number) ?? (Number(number) >= 3 ? 'incomplete' : 'open');
}
