import * as z from 'zod';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

/** SES's Send event, by EventBridge: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-eventbridge-examples.html */
const sent = z.object({ detail: z.object({ mail: z.object({ tags: z.object({ row: z.tuple([z.string()]) }) }) }) });

const { links } = dependencies(process.env);
const log = createLog('mail-events');
/** A mail whose outcome nobody knew was sent after all. Mails of others than Sallyport have no such tag. */
export const handler = async (event: unknown): Promise<void> => {
  const { data } = sent.safeParse(event);
  if (data === undefined) return;
  await links.mailed(data.detail.mail.tags.row[0]);
  log.info('mail_confirmed');
};
