import { invoke, type NamedTarget } from '../clients/operator.ts';
import { awsOption, runCommand } from '../local/command-line.ts';
import { nowAt } from './age.ts';
import { notStarted, optionsFor } from './executions.ts';
import { deliveryOf, noNewLinkFor } from './new-links.ts';
import { readRecords, resolveOnboardingId } from './onboardings.ts';
import { announceTarget } from './target.ts';

/** @throws {Error} that says why the onboarding can have no new link, and what to do */
async function requireLink(where: NamedTarget, onboardingId: string): Promise<void> {
  const records = await readRecords(where, onboardingId);
  const { record, steps } = records;
  if (record === undefined) throw await notStarted(where, onboardingId);
  if (record.status !== 'Done') {
    throw new Error(
      `${onboardingId} is ${record.status}, and only an onboarding that is Done has credentials to pick up.\n` +
        `  What to do: npm run show -- ${onboardingId}${optionsFor(where)}`,
    );
  }
  if (deliveryOf(steps) === undefined) {
    throw new Error(
      `${onboardingId} has no pick-up link: its request was for a profile alone, which has no credentials.`,
    );
  }
  const noNewLink = await noNewLinkFor(where, onboardingId, records, await nowAt(where));
  if (noNewLink !== undefined) {
    throw new Error(
      `${onboardingId} can have no new link: ${noNewLink.why}.\n  What to do: ${noNewLink.instead}`,
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
