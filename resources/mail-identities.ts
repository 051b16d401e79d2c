import type { Catalogue } from '../core/catalogue/catalogue.ts';

/** The SES identities, domain or mailbox, that the brands' mails are sent under, and the configuration set they name. */
export function mailIdentityArns(catalogue: Catalogue): readonly unknown[] {
  const mailboxes = Object.values(catalogue.brands).map(({ from }) => from);
  const identities = new Set(mailboxes.flatMap((mailbox) => [mailbox, mailbox.slice(mailbox.lastIndexOf('@') + 1)]));
  return [...[...identities].map((identity) => `identity/${identity}`), 'configuration-set/${MailConfigurationSet}']
    .map((resource) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:${resource}` }));
}
