import { expect, test } from 'vitest';
import { handler } from '../../functions/operator-claims/handler.ts';

/** An event as Cognito sends it after a sign-in by the login page. */
const eventOf = (userAttributes: Readonly<Record<string, string>>) => ({
  version: '2',
  triggerSource: 'TokenGeneration_HostedAuth',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_operators',
  userName: '6f1e',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'operators' },
  request: {
    userAttributes: { sub: '6f1e', 'cognito:user_status': 'CONFIRMED', ...userAttributes },
    groupConfiguration: { groupsToOverride: ['operator'], iamRolesToOverride: [], preferredRole: null },
    scopes: ['openid'],
  },
  response: { claimsAndScopeOverrideDetails: null },
});
const answerOf = (claims: object) => ({
  response: {
    claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: claims } },
  },
});

// Threat T-72
test('OAU-1 the access token names the verified mailbox of the operator, and the event stays as it was', async () => {
  const event = eventOf({ email: 'ada@operators.example', email_verified: 'true' });
  expect(await handler(event)).toEqual({ ...event, ...answerOf({ email: 'ada@operators.example' }) });
});

test.each([
  { email: 'ada@operators.example', email_verified: 'false' },
  { email: 'ada@operators.example' },
  { email_verified: 'true' },
  {},
])('OAU-1 it names none of %j', async (attributes) => {
  expect(await handler(eventOf(attributes))).toMatchObject(answerOf({}));
});
