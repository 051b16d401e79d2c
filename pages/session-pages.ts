import { html } from './html.ts';
import { page, problemPage } from './page.ts';

const momentFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** Returns the page that says who is signed in, and until when. */
export function signedInPage({ user, until }: { readonly user: string; readonly until: Date }): string {
  return page(
    'Signed in',
    html`
<h1>You are signed in</h1>
<p>As <strong>${user}</strong>, until <time datetime="${until.toISOString()}">${momentFormat.format(until)} UTC</time>.</p>
<p class="soft">After that, the site that brought you here has to sign you in again.</p>`,
  );
}

/** Returns the page for somebody who is not signed in. It is the same for every reason. */
export const notSignedInPage = (): string =>
  problemPage({
    title: 'You are not signed in',
    detail:
      'The login failed, or its time is over. Please go back to the site that brought you here and follow its link once more.',
  });
