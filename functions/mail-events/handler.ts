import * as z from 'zod/mini';
import { recordMailStatus } from '../../core/credentials/mail-status.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

/**
 * An event of SES from EventBridge. Mails that Sallyport did not send have no tag `row`, so they are ignored:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-eventbridge-examples.html
 */
const mailEvent = z.object({
  detail: z.object({
    eventType: z.enum(['Send', 'Bounce', 'Complaint']),
    mail: z.object({ tags: z.object({ row: z.tuple([z.string()]) }) }),
  }),
});
const fates = { Send: 'sent', Bounce: 'bounced', Complaint: 'complained' } as const;

const noting = dependencies(process.env);
const log = createLog('mail-events');
export const handler = async (event: unknown): Promise<void> => {
  const { data } = mailEvent.safeParse(event);
  if (data === undefined) return;
  const { eventType, mail } = data.detail;
  await recordMailStatus(noting, mail.tags.row[0], fates[eventType]);
  log.info('mail_fate_noted', { fate: fates[eventType] });
};
