import { type Journal, writeOnce } from '../workflow/journal.ts';
import type { Onboardings } from '../workflow/records.ts';
import { mailBounced, mailComplained } from './ticket-texts.ts';
import type { Links, MailStatus } from './records.ts';

interface Dependencies extends Journal {
  readonly links: Links;
  readonly onboardings: Onboardings;
}

/**
 * Notes the fate of the mail that brought a link. A mail that did not arrive, or was taken for spam, is told to
 * the ticket once, as long as its link could still be of use: somebody has to give another address.
 */
export async function recordMailStatus(
  deps: Dependencies,
  tokenHash: string,
  fate: MailStatus,
): Promise<void> {
  await deps.links.mailed(tokenHash, fate);
  if (fate === 'sent') return;
  const link = await deps.links.find(tokenHash);
  if (link?.state !== 'live') return;
  const onboarding = await deps.onboardings.find(link.onboardingId);
  if (onboarding === undefined) return;
  const { email } = onboarding.request;
  await writeOnce(
    deps,
    onboarding,
    `mail-${fate}-${link.number}`,
    fate === 'bounced' ? mailBounced(email) : mailComplained(email),
  );
}
