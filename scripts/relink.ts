import { invoke } from '../clients/operator.ts';
import { awsOption, runCommand } from '../local/command-line.ts';
import { resolveOnboardingId } from './onboardings.ts';
import { announceTarget } from './target.ts';

/** `npm run relink -- ONBOARDING [--aws]` */
await runCommand(
  {
    name: 'relink',
    about:
      'Issues a new pick-up link and code for a finished onboarding, which is named by its id or by its ticket,\n' +
      'for example RITM0010001-b2b-onboarding-DEV-1 or RITM0010001. The earlier ones become invalid.',
    operands: ['ONBOARDING'],
    options: awsOption,
  },
  async ({ operands: [named = ''], values }) => {
    const where = await announceTarget(values);
    const onboardingId = await resolveOnboardingId(where, named);
    const { linkNumber } = (await invoke(where, 'credential-delivery', {
      action: 'relink',
      onboardingId,
    })) as { readonly linkNumber: number };
    console.log(
      `link ${linkNumber} is on its way: the mail to the partner, the code to the ticket's comments`,
    );
    return 0;
  },
);
