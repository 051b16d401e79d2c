import { oneLine } from '../wording.ts';

/** Masks a mailbox, so that people can only recognise it. */
export function maskMailbox(email: string): string {
  const [first = ''] = email;
  return `${first}***${email.slice(email.lastIndexOf('@'))}`;
}

/**
 * Builds a sentence whose values cannot format it. ServiceNow's journals treat [code] as the start of markup,
 * and its notification mails treat < in the same way. A value cannot be mistaken for the reference of an
 * entry, either.
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
