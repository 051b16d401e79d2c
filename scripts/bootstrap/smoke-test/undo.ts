import { GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { unlessMissing } from '../aws.ts';
import { managingDirectory } from '../okta.ts';
import { resourcesOf } from '../stack.ts';
import { type BootstrapContext, StepFailed } from '../step.ts';
import { invoke } from './invoke.ts';
import type { Run } from './run.ts';

/** Removes everything that the onboarding created, and checks that it is gone. */
export async function undo(
  { context, oktaKey }: Run,
  onboardingId: string,
  clientId?: string,
): Promise<void> {
  const {
    aws,
    parameters: {
      smokeTest: { userId },
    },
    say,
  } = context;
  await invoke(context, 'finish-rollback', { action: 'undo-smoke-test', onboardingId });
  const left: string[] = [];
  const { items = [] } = await aws.apiGateway.send(new GetApiKeysCommand({ nameQuery: onboardingId }));
  if (items.some(({ name }) => name === onboardingId)) left.push(`the API key ${onboardingId}`);
  if (clientId !== undefined && (await clientIsThere(context, clientId))) left.push(`the client ${clientId}`);
  // With a key in KMS, this machine cannot sign for Okta, so the user is not checked. The functions have
  // deleted it.
  const user =
    oktaKey === undefined ? undefined : await managingDirectory(context, oktaKey).findByLogin(userId);
  if (user !== undefined) left.push(`the user ${userId} in Okta`);
  if (left.length > 0) {
    throw new StepFailed({
      what: `The undo of ${onboardingId} has left ${left.join(' and ')}.`,
      remedy: 'Look at the log group of the function finish-rollback, and run the command again.',
    });
  }
  say(`undone: of ${onboardingId} there is no user, no client and no API key`);
}

async function clientIsThere(context: BootstrapContext, clientId: string): Promise<boolean> {
  const pool = (await resourcesOf(context, context.stack)).get('UserPool')?.physicalId;
  const look = new DescribeUserPoolClientCommand({ UserPoolId: pool, ClientId: clientId });
  return (await unlessMissing(context.aws.cognito.send(look))) !== undefined;
}
