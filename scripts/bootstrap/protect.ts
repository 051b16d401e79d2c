import { runDeployment } from './deploy.ts';
import { isProtected, wantsProtection } from './protection.ts';
import type { BootstrapStep } from './step.ts';

/**
 * Deploys a second time, with deletion protection. The first deployment has none, because protected resources
 * of a failed deployment would prevent the next one.
 */
export const protect: BootstrapStep = {
  name: 'protect',
  check: async (context) => {
    const {
      stack,
      parameters: { stage },
    } = context;
    if (!wantsProtection(stage)) {
      return { facts: [`${stage} is not protected: its data goes with its stack`] };
    }
    if (await isProtected(context)) {
      return { facts: [`table and user pools of ${stack} are protected from deletion`] };
    }
    return { changes: [`deploy ${stack} once more, with its table and user pools protected from deletion`] };
  },
  run: async (context) => [
    ...(await runDeployment(context, true)),
    'table and user pools are protected from deletion',
  ],
};
