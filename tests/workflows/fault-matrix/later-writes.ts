import { type Cell, givenUp, untroubled, wayTo, withRuns } from './cells.ts';
import { type FaultKind, kindsOf } from './kinds.ts';
import { strikes } from './strikes.ts';
import { isOurRefusal, rejected, type CellState, type Way } from './ways.ts';

const operation = 'dynamodb UpdateItem';

/**
 * The writes of each state after its first one, in order. The state's calls happen between them. The first
 * write may be the one that takes a turn.
 */
export const laterWrites: readonly {
  readonly state: CellState;
  readonly way: Way;
  readonly writes: readonly string[];
}[] = [
  {
    state: 'RequestIntake',
    way: wayTo('RequestIntake'),
    writes: [
      'the name of the partner',
      'the partner',
      'the contract',
      'since when its name has that look',
      'the look of its name',
    ],
  },
  { state: 'RequestIntake', way: rejected, writes: ['the name of the partner, who is rejected,', 'the end'] },
  { state: 'AwaitEwacsAccount', way: wayTo('AwaitEwacsAccount'), writes: ['the task token', 'the task'] },
  {
    state: 'OktaProfile',
    way: wayTo('OktaProfile'),
    writes: [
      'the intent',
      'the group',
      'the claim to the profile',
      'the claim to the membership',
      'the making',
      'the user',
      'the profile',
    ],
  },
  { state: 'CognitoClient', way: wayTo('CognitoClient'), writes: ['the intent', 'the client'] },
  {
    state: 'GatewayMapping',
    way: wayTo('GatewayMapping'),
    writes: ['the intent', 'the key', 'the mapping', 'the step'],
  },
  {
    state: 'CredentialDelivery',
    way: wayTo('CredentialDelivery'),
    writes: ['the intent', 'the link', 'the sending', 'the mail', 'the entry begun', 'the entry', 'the step'],
  },
  { state: 'ReportDone', way: wayTo('ReportDone'), writes: ['the entry begun', 'the entry'] },
];

/** If a mail is recorded as being sent but has no Send event, two runs wait for the event. */
const waits = (write: string, { mode }: FaultKind): number =>
  write === 'the sending' && mode !== 'fail-before' ? 2 : 0;

/** The code is sent between the two writes that record it. */
const codeIsTold = (write: string): boolean => write === 'the entry' || write === 'the step';

export const laterWriteCells: readonly Cell[] = laterWrites.flatMap(({ state, way, writes }) =>
  writes.flatMap((write, index) =>
    kindsOf(operation)
      .filter(({ mode, endedRuns }) => mode !== 'throttle' && mode !== 'hang' && endedRuns > 0)
      .map((kind): Cell => {
        const { told, ...outcome } =
          kind.forGood === undefined
            ? withRuns(untroubled(way), state, 1 + waits(write, kind))
            : givenUp(state, operation, way, isOurRefusal(operation));
        const code =
          kind.forGood === true && state === 'CredentialDelivery' && codeIsTold(write)
            ? ['CredentialDelivery']
            : [];
        return {
          name: `${state}: ${operation} of ${write} ${kind.kind}`,
          way,
          ...outcome,
          told: [...told.slice(0, -1), ...code, ...told.slice(-1)],
          faults: [...(way.faults ?? []), ...strikes(state, operation, kind, 1 + index)],
        };
      }),
  ),
);
