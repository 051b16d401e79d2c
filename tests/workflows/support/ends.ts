import type { WorkflowEnd } from './onboarding-twin.ts';
import { onboardingIdOf, type Submission } from './requests.ts';

const ewacsAccount = ['AwaitEwacsAccount', 'ReportEwacsAccountConfirmed', 'ChooseAfterEwacsAccount'];
const profile = ['OktaProfile', 'ReportProfileReady', 'ChooseAfterProfile'];
const client = ['CognitoClient', 'GatewayMapping', 'ReportClientReady', 'CredentialDelivery'];

/** Every undo state, in order, and `FinishRollback`. */
export const undoStates = [
  'UndoCredentialDelivery',
  'UndoGatewayMapping',
  'UndoCognitoClient',
  'UndoOktaProfile',
  'UndoEwacsAccount',
  'FinishRollback',
];

/** Returns the states that the request goes through, up to its last step. */
const pathOf = ({ cat_item: kind, variables }: Submission): readonly string[] => [
  'RequestIntake',
  'ReportAccepted',
  'ChooseFirstStep',
  ...(variables['ewacs_account_created'] === 'false' ? ewacsAccount : []),
  ...(kind === 'api-client' ? [] : profile),
  ...(kind === 'b2b-user' ? [] : client),
];

/** Returns the end of a request whose steps have all succeeded. */
export const doneEnd = (submission: Submission, attempt = 1): WorkflowEnd => ({
  onboardingId: onboardingIdOf(submission, attempt),
  status: 'SUCCEEDED',
  states: [...pathOf(submission), 'ReportDone', 'Done'],
});

/** Returns the end of a request that the intake has rejected. */
export const rejectedEnd = (submission: Submission, attempt = 1): WorkflowEnd => ({
  onboardingId: onboardingIdOf(submission, attempt),
  status: 'FAILED',
  error: 'Rejected',
  states: ['RequestIntake', 'ReportRejected', 'Rejected'],
});

/** Returns the states of a request that failed in the state `failed`, up to the end of its undo chain. */
export function statesUntilUndone(
  submission: Submission,
  failed: string,
  { alerted = false }: { readonly alerted?: boolean } = {},
): readonly string[] {
  const path = pathOf(submission);
  return [...path.slice(0, path.indexOf(failed) + 1), ...(alerted ? ['AlertOperators'] : []), ...undoStates];
}

/**
 * Returns the end of a request that was rolled back after the state `failed`.
 * @param options.alerted whether the operators are alerted first, because the fault is ours
 */
export const rolledBackEnd = (
  submission: Submission,
  failed: string,
  options: { readonly alerted?: boolean } = {},
): WorkflowEnd => ({
  onboardingId: onboardingIdOf(submission),
  status: 'FAILED',
  error: 'RolledBack',
  states: [...statesUntilUndone(submission, failed, options), 'ReportRolledBack', 'RolledBack'],
});
