import { tasks } from '../../infra/onboarding-machine.ts';
import { runsBy } from './calls.ts';
import { type Cell, givenUp, stopped, untroubled, wayTo, withRuns } from './cells.ts';
import { strikes } from './strikes.ts';
import type { State } from './ways.ts';

/** A call of each state that is tried once in a run. */
const calls: Readonly<Partial<Record<State, string>>> = {
  RequestIntake: 'okta GetUser', ReportAccepted: 'servicenow UpdateRecord', AwaitEwacsAccount: 'servicenow QueryRecords', OktaProfile: 'okta ListGroups',
  CognitoClient: 'cognito CreateUserPoolClient', GatewayMapping: 'apigateway CreateApiKey', CredentialDelivery: 'servicenow UpdateRecord',
  ReportDone: 'servicenow UpdateRecord', ReportRejected: 'servicenow UpdateRecord', UndoGatewayMapping: 'apigateway DeleteApiKey',
  UndoCognitoClient: 'cognito DeleteUserPoolClient', UndoOktaProfile: 'okta GetUser', ReportRolledBack: 'servicenow UpdateRecord',
};

/** The fault lasts until the state is given up: it runs as often as its retrier says, and no more. */
function lasting(state: string, operation: string, mode: 'fail-before' | 'throttle', retrier: string): Cell {
  const [runs, way] = [runsBy(retrier), wayTo(state)];
  const error = mode === 'throttle' ? 'Lambda.TooManyRequestsException' : 'Runtime.ExitError';
  const outcome = state === 'FinishRollback' ? stopped(untroubled(way), error) : givenUp(state, operation, way, operation === 'lambda');
  return {
    name: `${state}: ${operation} ${mode === 'throttle' ? 'is throttled' : 'fails'} in all ${runs} runs that ${retrier} allows`,
    way, faults: [...way.faults ?? [], ...strikes(state, operation, { kind: '', mode, calls: 1, endedRuns: runs })],
    ...(state === 'AlertOperators' && { isUnalerted: true }),
    ...withRuns(outcome, state, runs - 1),
  };
}

export const lastingCells: readonly Cell[] = [
  ...tasks.flatMap(({ name }) => [lasting(name, 'lambda', 'fail-before', 'lambda'), lasting(name, 'lambda', 'throttle', 'patient')]),
  ...Object.entries(calls).flatMap(([state, operation]) => [
    lasting(state, operation, 'fail-before', state === 'CredentialDelivery' ? 'mail' : 'usual'), lasting(state, operation, 'throttle', 'patient'),
  ]),
];
