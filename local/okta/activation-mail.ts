import { html } from '../../pages/html.ts';
import type { InboxMail } from '../kernel/inbox.ts';
import type { OktaUser } from './directory.ts';

/** Returns the mail with which Okta asks a new person to set a password. */
export function activationMail(user: OktaUser, link: string, sentAt: Date): InboxMail {
  const { firstName = '', email = '', login = '' } = user.profile;
  return {
    source: 'okta',
    to: email,
    from: 'Okta <noreply@okta.example>',
    subject: 'Activate your account',
    text: `Hello ${firstName},\n\nan account with the user name ${login} was made for you. Activate it within 7 days:\n${link}\n`,
    html: html`<p>Hello ${firstName},</p><p>an account with the user name ${login} was made for you. <a href="${link}">Activate it</a> within 7 days.</p>`.toString(),
    tags: {},
    sentAt: sentAt.toISOString(),
  };
}
