import { crash, hang, type Place } from './held.ts';

const called = (state: string, functionName: string): Place => ({
  state,
  when: 'its function is called',
  faults: [hang('lambda', functionName)],
});
const waiting: Place = {
  state: 'AwaitEwacsAccount',
  when: 'it waits for its task to be closed',
  faults: [],
  last: 'TaskSubmitted',
};
const delivering = called('CredentialDelivery', 'credential-delivery');
const mailed: Place = {
  state: 'CredentialDelivery',
  when: 'the mail has gone out, and a back-off has begun',
  faults: [crash('ses', 'SendEmail')],
  last: 'TaskFailed',
};

/** In the order in which a b2b-onboarding without its EWACS account passes them. */
export const forwardPlaces: readonly Place[] = [
  called('RequestIntake', 'request-intake'),
  called('ReportAccepted', 'ticket-report'),
  called('AwaitEwacsAccount', 'ewacs-account'),
  {
    state: 'AwaitEwacsAccount',
    when: 'its task is there, and nobody knows',
    faults: [crash('servicenow', 'CreateRecord'), hang('servicenow', 'QueryRecords')],
  },
  waiting,
  { ...called('ReportEwacsAccountConfirmed', 'ticket-report'), closing: true },
  called('OktaProfile', 'okta-profile'),
  { state: 'OktaProfile', when: 'Okta does not answer', faults: [hang('okta', 'CreateUser')] },
  {
    state: 'OktaProfile',
    when: 'the profile is there, and nobody knows',
    faults: [crash('okta', 'CreateUser'), hang('okta', 'ListUserGroups')],
  },
  called('ReportProfileReady', 'ticket-report'),
  called('CognitoClient', 'cognito-client'),
  {
    state: 'CognitoClient',
    when: 'Cognito does not answer',
    faults: [hang('cognito', 'CreateUserPoolClient')],
  },
  {
    state: 'CognitoClient',
    when: 'the client is there, and nobody knows',
    faults: [crash('cognito', 'CreateUserPoolClient'), { ...hang('lambda', 'cognito-client'), after: 1 }],
  },
  called('GatewayMapping', 'gateway-mapping'),
  {
    state: 'GatewayMapping',
    when: 'the key is there, and nobody knows',
    faults: [crash('apigateway', 'CreateApiKey'), hang('apigateway', 'GetApiKeys')],
  },
  {
    state: 'GatewayMapping',
    when: 'the key is on no plan',
    faults: [hang('apigateway', 'CreateUsagePlanKey')],
  },
  called('ReportClientReady', 'ticket-report'),
  delivering,
  mailed,
  called('ReportDone', 'ticket-report'),
];

/** In the order in which an onboarding passes them if its delivery is refused after the mail. */
export const undoPlaces: readonly Place[] = [
  mailed,
  {
    state: 'AlertOperators',
    when: 'its function is called',
    faults: [
      { service: 'kms', operation: 'GenerateMac', mode: 'reject', times: 2 },
      hang('lambda', 'operator-alert'),
    ],
  },
  { state: 'UndoCredentialDelivery', when: 'KMS does not answer', faults: [hang('kms', 'GenerateMac')] },
  called('UndoGatewayMapping', 'gateway-mapping'),
  {
    state: 'UndoGatewayMapping',
    when: 'API Gateway does not answer',
    faults: [hang('apigateway', 'DeleteApiKey')],
  },
  called('UndoCognitoClient', 'cognito-client'),
  {
    state: 'UndoCognitoClient',
    when: 'Cognito does not answer',
    faults: [hang('cognito', 'DeleteUserPoolClient')],
  },
  called('UndoOktaProfile', 'okta-profile'),
  { state: 'UndoOktaProfile', when: 'Okta does not answer', faults: [hang('okta', 'DeleteUser')] },
  called('UndoEwacsAccount', 'ewacs-account'),
  called('FinishRollback', 'finish-rollback'),
  called('ReportRolledBack', 'ticket-report'),
];

/** The places of an onboarding whose wait fails while its task is open. */
export const openTaskPlaces: readonly Place[] = [
  waiting,
  {
    state: 'UndoEwacsAccount',
    when: 'ServiceNow does not answer',
    faults: [
      { service: 'servicenow', operation: 'QueryRecords', mode: 'reject' },
      hang('servicenow', 'QueryRecords'),
    ],
  },
];

/** The places of an api-client request for a person without a profile. */
export const rejectedPlaces: readonly Place[] = [called('ReportRejected', 'ticket-report')];

/**
 * The shortest way to each place that faults can lead to. It goes through the previous place if the faults
 * would otherwise happen too early.
 */
export const waysTo: readonly (readonly Place[])[] = [
  ...forwardPlaces.map((place, at) =>
    place.state.startsWith('Report') ? forwardPlaces.slice(at - 1, at + 1) : [place],
  ),
  undoPlaces.slice(0, 2),
  undoPlaces.slice(0, 3),
  ...undoPlaces.slice(3).map((place) => [
    delivering,
    {
      ...place,
      faults: [{ service: 'ses', operation: 'SendEmail', mode: 'reject' } as const, ...place.faults],
    },
  ]),
  openTaskPlaces,
];
