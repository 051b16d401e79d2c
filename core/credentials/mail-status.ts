import { type Journal, writeOnce } from '../workflow/journal.ts';
import { type AccessSubjects, targetOf } from '../access/subject.ts';
import { mailBounced, mailComplained } from './ticket-texts.ts';
import type { Links, MailStatus } from './records.ts';

interface Dependencies extends Journal {
  readonly links: Links;
  readonly onboardings: AccessSubjects;
}

/**
 * Records what became of the mail that contained a link. If it bounced or was reported as spam, the ticket is
 * told once, as long as the link is still usable, because somebody has to provide another address.
 */
export async function recordMailStatus(
  deps: Dependencies,
  tokenHash: string,
  status: MailStatus,
): Promise<void> {
  await deps.links.mailed(tokenHash, status);
  if (status === 'sent') return;
  const link = await deps.links.find(tokenHash);
  if (link?.state !== 'live') return;
  const onboarding = await deps.onboardings.find(link.onboardingId);
  if (onboarding === undefined) return;
  const { email } = onboarding.request;
  await writeOnce(
    deps,
    targetOf(onboarding),
    `mail-${status}-${link.number}`,
    status === 'bounced' ? mailBounced(email) : mailComplained(email),
  );
}
