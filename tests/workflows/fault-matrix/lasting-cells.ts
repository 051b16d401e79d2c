import { tasks } from '../../infra/onboarding-machine.ts';
import { runsBy } from './calls.ts';
import { type Cell, givenUp, stopped, untroubled, wayTo, withRuns } from './cells.ts';
import { strikes } from './strikes.ts';
import { isReport } from './paths.ts';
import type { CellState } from './ways.ts';

/** For each state, a call that is tried once per run. */
const calls: Readonly<Partial<Record<CellState, string>>> = {
  RequestIntake: 'okta GetUser',
  ReportAccepted: 'servicenow UpdateRecord',
  AwaitEwacsAccount: 'servicenow QueryRecords',
  OktaProfile: 'okta ListGroups',
  CognitoClient: 'cognito CreateUserPoolClient',
  GatewayMapping: 'apigateway CreateApiKey',
  CredentialDelivery: 'servicenow UpdateRecord',
  ReportDone: 'servicenow UpdateRecord',
  ReportRejected: 'servicenow UpdateRecord',
  UndoGatewayMapping: 'apigateway DeleteApiKey',
  UndoCognitoClient: 'cognito DeleteUserPoolClient',
  UndoOktaProfile: 'okta GetUser',
  ReportRolledBack: 'servicenow UpdateRecord',
};

/**
 * Returns a cell whose fault lasts until the state is given up. The state runs as often as its retrier
 * permits.
 */
function lasting(state: string, operation: string, mode: 'fail-before' | 'throttle', retrier: string): Cell {
  const [runs, way] = [runsBy(retrier), wayTo(state)];
  const error = mode === 'throttle' ? 'Lambda.TooManyRequestsException' : 'Runtime.ExitError';
  const outcome =
    state === 'FinishRollback'
      ? stopped(untroubled(way), error)
      : givenUp(state, operation, way, operation === 'lambda');
  return {
    name: `${state}: ${operation} ${mode === 'throttle' ? 'is throttled' : 'fails'} in all ${runs} runs that ${retrier} allows`,
    way,
    faults: [
      ...(way.faults ?? []),
      ...strikes(state, operation, { kind: '', mode, calls: 1, endedRuns: runs }),
    ],
    ...(state === 'AlertOperators' && { isUnalerted: true }),
    ...withRuns(outcome, state, runs - 1),
  };
}

/**
 * Returns a number of runs that would exceed a retrier's limit. The person who closes the EWACS task waits
 * for it for only half a minute.
 */
const runsInVainOf = (state: string): number => (state === 'AwaitEwacsAccount' ? 6 : 8);

/** a step waits for as long as the fault lasts, and then continues. */
function waiting(state: string, operation: string, mode: 'fail-before' | 'throttle'): Cell {
  const [way, runsInVain] = [wayTo(state), runsInVainOf(state)];
  return {
    name: `${state}: ${operation} ${mode === 'throttle' ? 'is throttled' : 'fails'} in ${runsInVain} runs, and the step waits`,
    way,
    faults: [
      ...(way.faults ?? []),
      ...strikes(state, operation, { kind: '', mode, calls: 1, endedRuns: runsInVain }),
    ],
    ...withRuns(untroubled(way), state, runsInVain),
  };
}

export const lastingCells: readonly Cell[] = [
  ...tasks.flatMap(({ name }) => [
    lasting(name, 'lambda', 'fail-before', 'lambda'),
    isReport(name) ? lasting(name, 'lambda', 'throttle', 'patient') : waiting(name, 'lambda', 'throttle'),
  ]),
  ...Object.entries(calls).flatMap(([state, operation]) =>
    isReport(state)
      ? [lasting(state, operation, 'fail-before', 'usual'), lasting(state, operation, 'throttle', 'patient')]
      : [waiting(state, operation, 'fail-before'), waiting(state, operation, 'throttle')],
  ),
];
