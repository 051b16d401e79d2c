import { mailHtml } from './mail-html.ts';
import { type CredentialMail, type Letter, letterOf } from './mail-letter.ts';
import type { Mail } from './ports.ts';

/**
 * Tells a partner where its credentials wait (WF-7). Holds the link and nothing that would be enough without
 * the code. Strings of any content are safe: they stay on one line, and in the HTML they stay text.
 */
export function credentialMail(about: CredentialMail): Omit<Mail, 'tags'> {
  const letter = letterOf(about);
  return {
    from: `${letter.brandName} <${about.brand.from}>`,
    to: about.to,
    subject: letter.subject,
    text: mailText(letter),
    html: mailHtml(letter),
  };
}

function mailText(letter: Letter): string {
  return `${[
    letter.greeting,
    letter.news,
    `${letter.invitation}:\n${letter.link}`,
    letter.expiry,
    letter.code,
    letter.warning,
    `For your records:\n${letter.facts.map(({ name, value }) => `${name}: ${value}`).join('\n')}`,
    letter.support,
    `-- \n${letter.brandName}`,
  ].join('\n\n')}\n`;
}
