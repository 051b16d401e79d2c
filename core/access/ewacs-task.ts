import type { TicketSubject } from '../tickets/ticket-text.ts';
import { say } from '../tickets/wording.ts';

/**
 * Builds the text of the task that asks the assignment group for an EWACS account.
 * @param description the requester's own words; may be empty
 * @returns a `shortDescription` of at most 160 characters, which is ServiceNow's limit, and a `description`
 */
export function ewacsTask({
  company,
  userId,
  product,
  description,
}: Pick<TicketSubject, 'company' | 'userId' | 'product'> & { readonly description: string }): {
  readonly shortDescription: string;
  readonly description: string;
} {
  return {
    shortDescription: Array.from(say`Create the EWACS account ${userId} for ${company}`)
      .slice(0, 160)
      .join(''),
    description: [
      say`${company} is to get access to ${product}. For that, the user ${userId} needs an EWACS account; what is known about the person stands in the request that this task belongs to.`,
      'When the account exists, close this task as complete: the request then goes on by itself.',
      'If it cannot be created, close this task as incomplete: the request is then taken back and the requester is told.',
      ...(description === '' ? [] : [say`The requester writes: ${description}`]),
    ].join('\n'),
  };
}

/** Returns the note for the task's readers when the request that it belongs to is rolled back. */
export function ewacsTaskWithdrawn(): string {
  return 'The request that this task belongs to has been taken back. The EWACS account is no longer needed for it, and there is nothing left to do here.';
}
