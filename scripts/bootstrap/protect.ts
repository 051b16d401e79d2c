import { runDeployment } from './deploy.ts';
import { isProtected, wantsProtection } from './protection.ts';
import type { BootstrapStep } from './step.ts';

/** The second deployment. The first has none of it: what it leaves behind, if it fails, would poison the next. */
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
