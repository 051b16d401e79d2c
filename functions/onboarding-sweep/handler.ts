import { recount } from '../../core/capacity/capacity.ts';
import { removePersonalData } from '../../core/onboarding/personal-data.ts';
import { reportStalledOnboardings, sweepOnboardings } from '../../core/onboarding/upkeep.ts';
import { countWaits } from '../../core/workflow/waits.ts';
import { createLog } from '../../middleware/log.ts';
import { dependencies } from './dependencies.ts';

const sweeping = dependencies(process.env);
const log = createLog('onboarding-sweep');
/** Runs the parts of the sweep side by side. If one fails, the others still run and are logged. */
export const handler = async (): Promise<void> => {
  const [starts, waits, stalls, shares, removals] = await Promise.allSettled([
    sweepOnboardings(sweeping),
    countWaits(sweeping),
    reportStalledOnboardings(sweeping),
    recount(sweeping),
    removePersonalData(sweeping),
  ]);
  log.info('swept', {
    ...(starts.status === 'fulfilled' && { started: starts.value }),
    ...(waits.status === 'fulfilled' && waits.value),
    ...(stalls.status === 'fulfilled' && stalls.value),
    ...(shares.status === 'fulfilled' && {
      appClientsTakenPercent: shares.value['app-clients'],
      apiKeysTakenPercent: shares.value['api-keys'],
    }),
    ...(removals.status === 'fulfilled' && {
      onboardingsWithoutPersonalData: removals.value.onboardings,
      ticketsWithoutPersonalData: removals.value.tickets,
    }),
  });
  const parts = [starts, waits, stalls, shares, removals];
  for (const part of parts) if (part.status === 'rejected') throw part.reason;
};
