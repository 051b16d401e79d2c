import { problemOf } from '../problems.ts';
import { createServiceNow } from '../servicenow.ts';
import { smokeRequest } from '../smoke-request.ts';
import { findStack } from '../stack.ts';
import { readSecrets, type SecretValues } from '../stage-secrets.ts';
import { type BootstrapContext, StepFailed } from '../step.ts';

/** What one smoke test works with. */
export interface Run {
  readonly context: BootstrapContext;
  /** The secret with which ServiceNow signs its webhooks. */
  readonly signingSecret: string;
  readonly desk: ReturnType<typeof createServiceNow>;
  readonly oktaKey: SecretValues['oktaPrivateKey'];
  /** The address at which partners reach the stage, without a trailing slash. */
  readonly api: string;
  readonly ticketSysId: string;
  readonly body: string;
}

/** @throws {StepFailed} if something is missing that the smoke test needs */
export async function prepare(context: BootstrapContext): Promise<Run> {
  const { parameters } = context;
  const { ticket, callsFrom } = parameters.smokeTest;
  const { servicenowWebhookSecret, servicenowClientSecret, servicenowClientId, oktaPrivateKey } =
    await readSecrets(context);
  if (servicenowWebhookSecret === undefined || servicenowClientSecret === undefined) {
    throw new StepFailed({
      what: `Secrets of ${context.stack} are missing.`,
      remedy: 'Run the command again: an earlier step makes them.',
    });
  }
  const desk = createServiceNow(context, servicenowClientSecret, servicenowClientId);
  const ticketSysId = await desk.requestedItem(ticket);
  if (ticketSysId === undefined) {
    throw new StepFailed({
      what: `ServiceNow has no requested item ${ticket}.`,
      remedy: 'Enter the number of one that is there as smokeTest.ticket.',
    });
  }
  const body = JSON.stringify(smokeRequest(parameters, ticketSysId, callsFrom ?? (await ownAddress())));
  // While the secret is being replaced, there are two, and either may be used.
  const [signingSecret = ''] = servicenowWebhookSecret.split(' ', 1);
  return {
    context,
    api: await apiOf(context),
    ticketSysId,
    body,
    signingSecret,
    desk,
    oktaKey: oktaPrivateKey,
  };
}

/** Returns the address that partners use. */
async function apiOf(context: BootstrapContext): Promise<string> {
  const outputs = (await findStack(context))?.Outputs ?? [];
  const publicUrl =
    context.parameters.serverless['publicUrl'] ??
    outputs.find(({ OutputKey }) => OutputKey === 'PublicUrl')?.OutputValue;
  if (publicUrl !== undefined) return publicUrl;
  throw new StepFailed({
    what: `The stack ${context.stack} has no output PublicUrl.`,
    remedy: 'Run the command again: an earlier step deploys it.',
  });
}

/** Returns the public address that this machine calls from, as AWS sees it. */
async function ownAddress(): Promise<string> {
  try {
    const answer = await fetch('https://checkip.amazonaws.com', { signal: AbortSignal.timeout(10_000) });
    return (await answer.text()).trim();
  } catch (error) {
    throw new StepFailed(
      {
        what: `AWS could not be asked which address this machine calls from: ${problemOf(error).what}`,
        remedy: 'Enter it as smokeTest.callsFrom.',
      },
      error,
    );
  }
}
