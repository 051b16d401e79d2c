import { SendEmailCommand, type SESClient } from '@aws-sdk/client-ses';
import type { Mailer } from '../../core/credentials/ports.ts';
import { awsCalls } from './errors.ts';
import { encodedMailbox } from './ses-mailbox.ts';

const ses = awsCalls('ses');

/**
 * Creates the mailer that sends through SES, in UTF-8. Pass a client with `maxAttempts: 1`, because sending
 * is not idempotent. Each mail names the configuration set that reports deliveries and bounces, since the
 * sender's domain may have another default.
 */
export function createMailer({
  client,
  configurationSet,
}: {
  readonly client: SESClient;
  readonly configurationSet: string;
}): Mailer {
  const utf8 = (data: string) => ({ Data: data, Charset: 'UTF-8' });
  return {
    send: ({ from, to, subject, text, html, tags }) =>
      ses.effect('SendEmail', async () => {
        const { MessageId } = await client.send(
          new SendEmailCommand({
            Source: encodedMailbox(from),
            ConfigurationSetName: configurationSet,
            Destination: { ToAddresses: [to] },
            Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
            Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
          }),
        );
        return MessageId === undefined ? undefined : { messageId: MessageId };
      }),
  };
}
