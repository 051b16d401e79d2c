import { oneLine } from '../wording.ts';

/** Enough of an address to recognise it. */
export function maskMailbox(email: string): string {
  const [first = ''] = email;
  return `${first}***${email.slice(email.lastIndexOf('@'))}`;
}

/**
 * A sentence whose values cannot format it: ServiceNow's journals take [code] for the start of markup, and
 * its notification mails take < for the same. Nor can they pass for the reference of an entry.
 */
export function say(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw(
    parts,
    ...values.map((value) =>
      oneLine(value)
        .replace(/[[<]/g, '(')
        .replace(/[\]>]/g, ')')
        .replace(/\((?=ref )/gi, '( '),
    ),
  );
}
