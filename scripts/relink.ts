import { invoke, run, target } from '../clients/operator.ts';

/**
 * `npm run relink -- ONBOARDING`: issues a new pick-up link and code for a finished onboarding. The old ones
 * become invalid.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run relink -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}
await run(async () => {
  const { linkNumber } = (await invoke(await target(), 'credential-delivery', {
    action: 'relink',
    onboardingId,
  })) as { readonly linkNumber: number };
  console.log(`link ${linkNumber} is on its way: the mail to the partner, the code to the ticket's comments`);
});
