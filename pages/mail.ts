import { mailHtml } from './mail-html.ts';
import { type Letter, letterOf } from './mail-letter.ts';
import type { RenderCredentialMail } from '../core/credentials/ports.ts';

/**
 * Builds the mail that tells a partner where to pick up its credentials (WF-7). It contains the link, which
 * is of no use without the code. Values with any content are safe: they stay on one line, and in the HTML
 * they stay text.
 */
export const renderCredentialMail: RenderCredentialMail = (about) => {
  const letter = letterOf(about);
  return {
    from: `${letter.brandName} <${about.brand.from}>`,
    to: about.to,
    subject: letter.subject,
    text: mailText(letter),
    html: mailHtml(letter),
  };
};

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
