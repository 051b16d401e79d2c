import { type Placeholder, placeholders } from '../catalogue/prerequisite.ts';
import { oneLine } from '../wording.ts';

/** Masks a mailbox, so that people can only recognise it. */
export function maskMailbox(email: string): string {
  const [first = ''] = email;
  return `${first}***${email.slice(email.lastIndexOf('@'))}`;
}

/**
 * Makes a value safe in a text for people. ServiceNow's journals treat [code] as the start of markup, and its
 * notification mails treat < in the same way. A value cannot be mistaken for the reference of an entry, either.
 */
const withoutMarkup = (value: string): string =>
  oneLine(value)
    .replace(/[[<]/g, '(')
    .replace(/[\]>]/g, ')')
    .replace(/\((?=ref )/gi, '( ');

/** Builds a sentence whose values cannot format it. */
export function say(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw(parts, ...values.map(withoutMarkup));
}

/**
 * Fills in the placeholders of a text of the catalogue. The values cannot format it, and no placeholder in a
 * value is filled in.
 */
export function fillIn(text: string, values: Readonly<Record<Placeholder, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (braced, name: string) => {
    const placeholder = placeholders.find((each) => each === name);
    return placeholder === undefined ? braced : withoutMarkup(values[placeholder]);
  });
}
