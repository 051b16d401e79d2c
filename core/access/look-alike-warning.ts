import type { LookAlike } from '../partners/look-alikes.ts';
import { say } from '../tickets/wording.ts';

/**
 * Warns whoever decides on a request that the name of its company looks like that of another partner.
 * @returns undefined if there is no such partner
 */
export function lookAlikeWarning(company: string, lookAlikes: readonly LookAlike[] = []): string | undefined {
  if (lookAlikes.length === 0) return undefined;
  const others = lookAlikes.map(({ name, partnerId }) => say`${name} (partner ${partnerId})`).join(', ');
  return `${say`Compare carefully: ${company} looks like the name of another partner, but is written with other characters:`} ${others}. Make sure that the request is really from the company that it names.`;
}
