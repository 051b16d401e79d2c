import { tasks } from '../../infra/onboarding-machine.ts';
import type { TicketJournal } from '../support/told.ts';
import type { Way } from './ways.ts';

const forward = [
  'RequestIntake',
  'ReportAccepted',
  'AwaitEwacsAccount',
  'ReportEwacsAccountConfirmed',
  'OktaProfile',
  'ReportProfileReady',
  'CognitoClient',
  'GatewayMapping',
  'ReportClientReady',
  'CredentialDelivery',
  'ReportDone',
];
const undoing = [
  'UndoCredentialDelivery',
  'UndoGatewayMapping',
  'UndoCognitoClient',
  'UndoOktaProfile',
  'UndoEwacsAccount',
];
const backward = ['AlertOperators', ...undoing, 'FinishRollback', 'ReportRolledBack'];

export const isBackward = (state: string): boolean => backward.includes(state);
export const isUndo = (state: string): boolean => undoing.includes(state);
export const isReport = (state: string): boolean => functionOf(state) === 'ticket-report';
/**
 * Tells whether a report is about the end. execution-ended repeats such a report if the ticket has not
 * received it. No other entry is repeated.
 */
export const isEnd = (state: string): boolean =>
  ['ReportDone', 'ReportRejected', 'ReportRolledBack'].includes(state);
/** Returns how many undo states come before this one. */
export const undosBefore = (state: string): number => undoing.indexOf(state);

export function functionOf(state: string): string {
  const task = tasks.find(({ name }) => name === state);
  if (task === undefined) throw new Error(`no task ${state} in the state machine`);
  return task.functionName;
}

/** Returns the fields of the function's event that are specific to this state. */
export const eventOf = (state: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(tasks.find(({ name }) => name === state)?.payload ?? {}).filter(
      ([field]) => !field.endsWith('.$'),
    ),
  );

/** Returns the tasks on the way, in order. */
export function tasksOn({ person, asksForEwacs, stopsAt, isOurs }: Way): readonly string[] {
  if (person === 'an employee' && stopsAt === 'RequestIntake') return ['RequestIntake', 'ReportRejected'];
  const needed = forward.filter((state) => asksForEwacs === true || !state.includes('Ewacs'));
  if (stopsAt === undefined) return needed;
  return [
    ...needed.slice(0, needed.indexOf(stopsAt) + 1),
    ...backward.filter((state) => isOurs === true || state !== 'AlertOperators'),
  ];
}

const saidBy: Readonly<Record<string, Said>> = {
  ReportAccepted: { entry: 'Accepted', state: '2', note: true, comment: true },
  ReportEwacsAccountConfirmed: { entry: 'EwacsAccountConfirmed', note: true, comment: false },
  ReportProfileReady: { entry: 'ProfileReady', note: true, comment: false },
  ReportClientReady: { entry: 'ClientReady', note: true, comment: false },
  CredentialDelivery: { entry: 'code-1', note: false, comment: true },
  ReportDone: { entry: 'Done', state: '3', note: true, comment: true },
  ReportRejected: { entry: 'Rejected', state: '4', note: true, comment: true },
  ReportRolledBack: { entry: 'RolledBack', state: '4', note: true, comment: true },
};

interface Said {
  readonly entry: string;
  readonly state?: string;
  readonly note: boolean;
  readonly comment: boolean;
}

/**
 * Returns a task's entry. Entries for operators have names of their own: `Stopped:0`,
 * `RollbackIncomplete:okta-profile`.
 */
const saidOf = (teller: string): Said =>
  saidBy[teller] ?? {
    entry: teller,
    ...(teller.startsWith('RollbackIncomplete:') && { state: '4' }),
    note: true,
    comment: true,
  };

/** Returns the journal that these tasks write, including the entries for operators. */
export function journalBy(tellers: readonly string[]): TicketJournal {
  const said = tellers.map(saidOf);
  return {
    state: said.findLast(({ state }) => state !== undefined)?.state ?? '1',
    work_notes: said.flatMap(({ entry, note }) => (note ? [entry] : [])),
    comments: said.flatMap(({ entry, comment }) => (comment ? [entry] : [])),
  };
}
