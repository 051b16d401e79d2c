import { type Html, html } from './html.ts';

const address = /https:\/\/[^\s<>"]*[^\s<>".,;:!?)]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu;

/** Returns a sentence as markup. Mailboxes and https addresses in it become links. */
export function linked(sentence: string): Html {
  const parts: Html[] = [];
  let end = 0;
  for (const { 0: found, index } of sentence.matchAll(address)) {
    const target = found.startsWith('https:') ? found : `mailto:${found}`;
    parts.push(html`${sentence.slice(end, index)}<a href="${target}">${found}</a>`);
    end = index + found.length;
  }
  return html`${parts}${sentence.slice(end)}`;
}
