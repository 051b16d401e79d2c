import { paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import { lookup } from 'node:dns/promises';
import { mailHandOvers } from './mail.ts';
import { kmsKeys, lookAtOkta } from './okta.ts';
import { findStack, resourcesOf } from './stack.ts';
import { readSecrets } from './stage-secrets.ts';
import type { BootstrapContext, HandOver, BootstrapStep } from './step.ts';

/**
 * Lists what only others can do after the deployment: register keys in Okta, enter DNS records, and enter a
 * secret in ServiceNow.
 */
export const handOver: BootstrapStep = {
  name: 'hand-over',
  check: async (context) => {
    const { parameters, stack } = context;
    const owned = await resourcesOf(context, stack);
    if (owned.size === 0) {
      return {
        changes: ['say what to enter in Okta, in the DNS and in ServiceNow, and look whether it is there'],
      };
    }
    const okta = await lookAtOkta(context, await readSecrets(context));
    const mail = await mailHandOvers(context);
    const warnings = [
      ...(await kmsKeys(context)).map(({ what, lines }) => [what, ...lines].join('\n      ')),
      ...(await unconfirmed(context, owned.get('Alerts')?.physicalId)),
      `ServiceNow signs its webhooks with servicenowWebhookSecret of the secret ${stack}/webhook: docs/deploy.md, "ServiceNow posts".`,
      `Okta's event hook sends oktaEventSecret of the secret ${stack}/okta-events: docs/deploy.md, "Okta tells".`,
      `The backends trust the headers X-Sallyport-* only with the client certificate ${owned.get('BackendCertificate')?.physicalId ?? ''}: ` +
        'API Gateway console, Client certificates.',
    ];
    return {
      facts: [
        ...okta.facts,
        ...(mail.length === 0 ? [`every mail domain is verified in ${parameters.region}`] : []),
      ],
      problems: okta.problems,
      handOvers: [...okta.handOvers, ...mail, ...(await domainHandOvers(context))],
      warnings,
    };
  },
};

/**
 * Returns the DNS record of the stage's domain, if the zone is managed elsewhere and the name does not
 * resolve yet.
 */
async function domainHandOvers(context: BootstrapContext): Promise<readonly HandOver[]> {
  const { domain } = context.parameters;
  if (domain === undefined || domain.hostedZoneId !== undefined || (await resolves(domain.name))) return [];
  const target =
    (await findStack(context))?.Outputs?.find(({ OutputKey }) => OutputKey === 'DomainTarget')?.OutputValue ??
    '';
  return [
    {
      what: `${domain.name} leads nowhere yet. Whoever edits its DNS enters this record:`,
      lines: [`${domain.name}  CNAME  ${target}`],
    },
  ];
}

const resolves = (name: string): Promise<boolean> =>
  lookup(name).then(
    () => true,
    () => false,
  );

async function unconfirmed(
  { aws, parameters }: BootstrapContext,
  topicArn: string | undefined,
): Promise<readonly string[]> {
  if (topicArn === undefined) return [];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: aws.sns },
    { TopicArn: topicArn },
  )) {
    if (Subscriptions.some(({ SubscriptionArn = '' }) => SubscriptionArn === 'PendingConfirmation')) {
      return [
        `${parameters.operatorsMailbox} has a mail "AWS Notification - Subscription Confirmation": confirm it, or no alert arrives.`,
      ];
    }
  }
  return [];
}
