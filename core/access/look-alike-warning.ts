import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { LookAlike, LookAlikes } from '../partners/look-alikes.ts';
import { say } from '../tickets/wording.ts';

/**
 * Warns whoever decides on a request that the name of its company looks like that of another partner.
 * @returns undefined if there is no such partner
 */
export function lookAlikeWarning(
  company: string,
  { looksLike = [], moreLookAlikes = 0, uncheckedLookAlikes }: LookAlikes,
): string | undefined {
  const unchecked =
    uncheckedLookAlikes === true
      ? ' There are so many names with this look that not all of them were looked up.'
      : '';
  if (looksLike.length === 0) {
    return unchecked === ''
      ? undefined
      : `${say`Compare ${company} carefully with other partners.`}${unchecked}`;
  }
  const others = looksLike.map(describe).join(', ');
  const more = moreLookAlikes > 0 ? ` and ${moreLookAlikes} more` : '';
  return `${say`Compare carefully: ${company} looks like the name of another partner, but is written with other characters:`} ${others}${more}.${unchecked} Make sure that the request is really from the company that it names.`;
}

const statusInWords: Readonly<Record<LifecycleStatus, string>> = {
  active: '',
  suspended: ', suspended',
  draft: ', a draft',
  ended: ', ended',
};

/** Names the partner by its id and by the name that its record shows, and says if it is not active. */
function describe({ name, partnerId, status, currentName }: LookAlike): string {
  const current = currentName === undefined ? '' : say`, now called ${currentName}`;
  return `${say`${name} (partner ${partnerId}`}${current}${statusInWords[status]})`;
}
