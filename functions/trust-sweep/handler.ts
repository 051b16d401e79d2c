import { sweepTrust } from '../../core/trust/sweep.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

const sweeping = dependencies(process.env);
const log = createLog('trust-sweep');
export const handler = async (): Promise<void> => {
  log.info('trust_swept', { ...(await sweepTrust(sweeping)) });
};
