import { invoke, type NamedTarget } from '../clients/operator.ts';
import { stepName } from '../core/access/step-names.ts';
import { awsOption, runCommand } from '../local/command-line.ts';
import { notStarted, optionsFor } from './executions.ts';
import { readRecords, resolveOnboardingId } from './onboardings.ts';
import { announceTarget } from './target.ts';

/** @throws {Error} that says why the onboarding can have no new link, and what to do */
async function requireLink(where: NamedTarget, onboardingId: string): Promise<void> {
  const { record, steps } = await readRecords(where, onboardingId);
  if (record === undefined) throw await notStarted(where, onboardingId);
  if (record.status !== 'Done') {
    throw new Error(
      `${onboardingId} is ${record.status}, and only an onboarding that is Done has credentials to pick up.\n` +
        `  What to do: npm run show -- ${onboardingId}${optionsFor(where)}`,
    );
  }
  const { personalDataRemovedAt } = record;
  if (personalDataRemovedAt !== undefined) {
    throw new Error(
      `${onboardingId} can have no new link: the partner's mailbox was removed on ${personalDataRemovedAt.slice(0, 10)} with the other personal data.\n` +
        '  What to do: a new request of the kind api-client gives the same user a new client. Then end the old one.',
    );
  }
  if (!steps.some(({ sk, state }) => sk === stepName.delivery && state === 'applied')) {
    throw new Error(
      `${onboardingId} has no pick-up link: its request was for a profile alone, which has no credentials.`,
    );
  }
}

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
    await requireLink(where, onboardingId);
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
