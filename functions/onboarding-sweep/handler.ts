import { sweep } from '../../core/onboarding/sweep.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

const sweeping = dependencies(process.env);
const log = createLog('onboarding-sweep');
export const handler = async (): Promise<void> => {
  log.info('swept', { started: await sweep(sweeping) });
};
