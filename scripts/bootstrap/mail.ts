import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  type GetEmailIdentityCommandOutput,
} from '@aws-sdk/client-sesv2';
import { mailDomains } from '../../resources/mail-identities.ts';
import { unlessMissing } from './aws.ts';
import type { BootstrapContext, HandOver, BootstrapStep } from './step.ts';

/**
 * Regions in which an identity may have been created by mistake. Identities of another Region cannot be used.
 */
const otherRegions = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2'];

export const mail: BootstrapStep = {
  name: 'mail',
  check: async ({ aws, catalogue, parameters }) => {
    const account = await aws.ses.send(new GetAccountCommand({}));
    const facts: string[] = [];
    const warnings: string[] = [];
    if (account.SendingEnabled === false) {
      return {
        problems: [
          {
            what: 'SES does not send for this account and Region: sending is paused.',
            remedy: 'Look at the SES console, Account dashboard: AWS says there why, and what to do.',
          },
        ],
      };
    }
    if (account.ProductionAccessEnabled === true) facts.push('SES sends to everybody');
    else {
      warnings.push(
        'SES is in its sandbox: it sends to verified addresses and to its simulator only, 200 mails a day. The smoke test works so. Ask for production access before the first partner: SES console, Account dashboard.',
      );
    }
    for (const domain of mailDomains(catalogue)) {
      const identity = await unlessMissing(
        aws.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domain })),
      );
      if (identity !== undefined) {
        facts.push(`${domain}: ${statusOf(identity)}`);
        continue;
      }
      const elsewhere = await regionsWith(aws, domain, parameters.region);
      if (elsewhere.length > 0) {
        warnings.push(
          `${domain} is an identity of SES in ${elsewhere.join(', ')}, which does not count in ${parameters.region}.`,
        );
      }
      facts.push(`${domain}: SES has no identity in ${parameters.region} yet`);
    }
    return { facts, warnings };
  },
};

const statusOf = ({ VerifiedForSendingStatus, DkimAttributes }: GetEmailIdentityCommandOutput): string =>
  VerifiedForSendingStatus === true
    ? 'verified for sending'
    : `not verified yet, DKIM ${DkimAttributes?.Status ?? 'unknown'}`;

async function regionsWith(
  aws: BootstrapContext['aws'],
  domain: string,
  region: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const other of otherRegions.filter((each) => each !== region)) {
    const client = aws.sesIn(other);
    const identity = await unlessMissing(
      client.send(new GetEmailIdentityCommand({ EmailIdentity: domain })),
    ).catch(() => undefined);
    if (identity?.VerifiedForSendingStatus !== undefined) found.push(other);
    client.destroy();
  }
  return found;
}

/** Returns the DNS records that SES waits for, for each domain that is not verified. */
export async function mailHandOvers({
  aws,
  catalogue,
  parameters: { region },
}: BootstrapContext): Promise<readonly HandOver[]> {
  const handOvers: HandOver[] = [];
  for (const domain of mailDomains(catalogue)) {
    const identity = await unlessMissing(
      aws.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domain })),
    );
    if (identity === undefined) {
      handOvers.push({
        what: `SES has no identity ${domain} in ${region}. Create it: SES console, Identities, Create identity.`,
        lines: [],
      });
    } else if (identity.VerifiedForSendingStatus !== true) {
      handOvers.push({
        what: `${domain} is not verified. Whoever edits its DNS enters these records; SES looks for them every few minutes:`,
        lines: dnsRecords(domain, identity, region),
      });
    }
  }
  return handOvers;
}

/** Returns the records for DKIM, for the MAIL FROM domain if there is one, and for DMARC. */
export function dnsRecords(
  domain: string,
  {
    DkimAttributes,
    MailFromAttributes,
  }: Pick<GetEmailIdentityCommandOutput, 'DkimAttributes' | 'MailFromAttributes'>,
  region: string,
): readonly string[] {
  const from = MailFromAttributes?.MailFromDomain ?? '';
  return [
    ...(DkimAttributes?.Tokens ?? []).map(
      (token) => `${token}._domainkey.${domain}  CNAME  ${token}.dkim.amazonses.com`,
    ),
    ...(from === ''
      ? []
      : [
          `${from}  MX  10 feedback-smtp.${region}.amazonses.com`,
          `${from}  TXT  "v=spf1 include:amazonses.com ~all"`,
        ]),
    `_dmarc.${domain}  TXT  "v=DMARC1; p=quarantine; rua=mailto:<your mailbox for reports>"`,
  ];
}
