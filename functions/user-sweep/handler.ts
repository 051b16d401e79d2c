import { propagateChange } from '../../core/operators/propagation.ts';
import { sweepUsers } from '../../core/users/sweep.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

const sweep = dependencies(process.env);
const log = createLog('user-sweep');
export const handler = async (): Promise<void> => {
  const { users, corrected, recorded, removed } = await sweepUsers(sweep);
  if (corrected.length > 0) await propagateChange(sweep);
  log.info('users_swept', { users, corrected: corrected.length, recorded: recorded.length, removed });
};
