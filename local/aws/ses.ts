import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../../core/clock.ts';
import { openInbox } from '../kernel/inbox.ts';
import type { Store } from '../kernel/store.ts';
import { operation } from './operation.ts';
import { AwsError, type AwsService } from './service.ts';

/** The event that SES publishes about a message it has accepted. */
export interface SendEvent {
  readonly messageId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly recipients: readonly string[];
}

/** In a query, an empty list is an empty string. */
const list = <T>(member: z.ZodType<T>) =>
  z.union([z.array(member), z.literal('').transform((): T[] => [])]).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const address = z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'an address is needed');
const tag = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, 'letters, digits, - and _ only');

const mail = z.object({
  Source: address,
  ConfigurationSetName: z.string().optional(),
  Destination: z.object({
    ToAddresses: list(address),
    CcAddresses: list(address),
    BccAddresses: list(address),
  }),
  Message: z.object({
    Subject: content,
    Body: z.object({ Text: content.optional(), Html: content.optional() }),
  }),
  Tags: list(z.object({ Name: tag, Value: tag })),
});

/**
 * Creates SES. Each mail is stored in the inbox once, for all recipients. Every sender counts as verified and
 * has the only configuration set as its default.
 */
export function createSes({
  store,
  clock,
  configurationSets = [],
  onSend,
}: {
  readonly store: Store;
  readonly clock: Clock;
  /** The names of the existing configuration sets. */
  readonly configurationSets?: readonly string[];
  readonly onSend?: (event: SendEvent) => void;
}): AwsService {
  const inbox = openInbox(store);
  return {
    name: 'ses',
    operations: {
      SendEmail: operation(
        mail,
        ({ Source, Destination, Message: { Subject, Body }, Tags, ConfigurationSetName: set }) => {
          const recipients = [
            ...Destination.ToAddresses,
            ...Destination.CcAddresses,
            ...Destination.BccAddresses,
          ];
          if (set !== undefined && !configurationSets.includes(set)) {
            throw new AwsError('ConfigurationSetDoesNotExist', `Configuration set <${set}> does not exist.`);
          }
          if (recipients.length === 0) {
            throw new AwsError('InvalidParameterValue', "Missing required header 'To'.");
          }
          const messageId = randomUUID();
          const tags = Object.fromEntries(Tags.map(({ Name, Value }) => [Name, Value]));
          store.together(() => {
            inbox.put(messageId, {
              source: 'ses',
              to: recipients.join(', '),
              from: Source,
              subject: Subject.Data,
              text: Body.Text?.Data ?? '',
              html: Body.Html?.Data ?? '',
              tags,
              sentAt: clock.now().toISOString(),
            });
            onSend?.({ messageId, tags, recipients });
          });
          return { MessageId: messageId };
        },
      ),

      GetSendQuota: () => {
        const yesterday = clock.now().getTime() - 86_400_000;
        const sent = inbox
          .all()
          .filter(({ source, sentAt }) => source === 'ses' && Date.parse(sentAt) > yesterday).length;
        return { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: sent };
      },
    },
  };
}
