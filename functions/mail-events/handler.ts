import { recordMailReport } from '../../core/credentials/mail-report.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';
import { readSesEvent } from './ses-event.ts';

const reporting = dependencies(process.env);
const log = createLog('mail-events');
export const handler = async (event: unknown): Promise<void> => {
  const read = readSesEvent(event);
  if (read === undefined) return;
  await recordMailReport(reporting, read.tokenHash, read.report);
  log.info('mail_fate_noted', { fate: read.report.status });
};
