import { type Html, html } from './html.ts';
import { type Look, page } from './page.ts';

/** The application that somebody signs in to, as the pages show it. */
export interface ShownApplication {
  readonly name: string;
  readonly brand: Look & { readonly name: string };
  /** Where the person can begin again. */
  readonly homeUrl: string;
}

const brandLine = (application: ShownApplication | undefined): Html | string =>
  application === undefined ? '' : html`<p class="brand">${application.brand.name}</p>`;
/** By the reference, operators find the request. */
const referenceLine = (reference: string): Html =>
  html`<p class="soft">Reference: <code>${reference}</code></p>`;
/** Where nothing may be sent back to the application, because nobody knows whether it is one. */
const unknownApplication =
  'The application that sent you here is not known, or asked to send you to an address that is not registered for it. Please tell its support the reference.';

/** Returns the page that asks who somebody is, by their e-mail address at work. */
export function signInPage({
  application,
  state,
  email = '',
  notice,
}: {
  readonly application: ShownApplication;
  readonly state: string;
  /** What was typed before, or what the application expects. */
  readonly email?: string;
  /** A sentence about what was typed before. */
  readonly notice?: string;
}): string {
  const { name, brand } = application;
  const isAgain = notice !== undefined;
  return page(
    `Sign in to ${name}`,
    html`
${brandLine(application)}
<h1>Sign in to ${name}</h1>
${isAgain ? html`<p class="notice alarm" role="alert" id="wrong">${notice}</p>` : ''}
<form method="post" action="login">
<input type="hidden" name="state" value="${state}">
<label for="email">Your work e-mail</label>
<input class="plain" id="email" name="email" type="email" autocomplete="username" autocapitalize="none" spellcheck="false"
  required autofocus maxlength="254" value="${email}" aria-describedby="${isAgain ? 'wrong hint' : 'hint'}" aria-invalid="${String(isAgain)}">
<p class="soft" id="hint">We take you to your company's own sign-in. We never ask for your password.</p>
<button type="submit">Continue</button>
</form>`,
    brand,
  );
}

/** What a person can do about a sign-in that failed. */
export const remedies = {
  again: 'Please begin again. A sign-in works once, in one browser, for thirty minutes.',
  company:
    "Please ask your company's administrator to look at it, and give them the reference. Nothing is wrong with your browser.",
  us: 'Please try again later. If it stays, tell us the reference.',
} as const;
export type Remedy = keyof typeof remedies;

/**
 * Returns the page for a sign-in that failed. It says who can mend it, and nothing of the reason.
 * @param reference by which operators find the failure
 * @param application absent if it is not known where the person came from
 */
export function signInFailedPage({
  remedy,
  reference,
  application,
}: {
  readonly remedy: Remedy;
  readonly reference: string;
  readonly application?: ShownApplication | undefined;
}): string {
  return page(
    'Sign-in failed',
    html`
<h1>You are not signed in</h1>
<p role="alert">${remedies[remedy]}</p>
${application === undefined ? html`<p>Go back to the application that brought you here.</p>` : html`<p><a href="${application.homeUrl}">Back to ${application.name}</a></p>`}
${referenceLine(reference)}`,
    application?.brand,
  );
}

/** Returns the page for a request that no application has sent as it should. Nothing may be sent back to it. */
export const unknownApplicationPage = (reference: string): string =>
  page(
    'Unknown application',
    html`
<h1>This sign-in cannot begin</h1>
<p role="alert">${unknownApplication}</p>
${referenceLine(reference)}`,
  );

/**
 * Returns the page that asks whether somebody wants to sign out, because another site may have sent the browser
 * here.
 * @param sent what the form sends along: the request of the application, and what only this page knows
 */
export function signOutPage({
  application,
  sent,
}: {
  readonly application?: ShownApplication | undefined;
  readonly sent: Readonly<Record<string, string | undefined>>;
}): string {
  const fields = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}">`],
  );
  return page(
    'Sign out',
    html`
${brandLine(application)}
<h1>Do you want to sign out?</h1>
<p>You are signed in, in this browser. Signing out ends this for every application that you have signed in to here.</p>
<form method="post" action="../logout">
${fields}<button type="submit">Sign out</button>
</form>
${application === undefined ? '' : html`<p><a href="${application.homeUrl}">Stay signed in, and go back to ${application.name}</a></p>`}`,
    application?.brand,
  );
}

/** Returns the page for whoever is not signed in, or not any more. */
export const signedOutPage = (application?: ShownApplication): string =>
  page(
    'Signed out',
    html`
${brandLine(application)}
<h1>You are signed out</h1>
<p role="status">Nobody is signed in here, in this browser. You may still be signed in at your company.</p>
${application === undefined ? '' : html`<p><a href="${application.homeUrl}">Back to ${application.name}</a></p>`}`,
    application?.brand,
  );

/** Returns the page for a request to sign out that no application has sent as it should. Nothing has changed. */
export const signOutRefusedPage = (reference: string): string =>
  page(
    'Unknown application',
    html`
<h1>This sign-out cannot begin</h1>
<p role="alert">${unknownApplication}</p>
<p>If you are signed in, you still are. <a href="../logout">Sign out here</a></p>
${referenceLine(reference)}`,
  );

/** Returns the page for a failure of ours while somebody signs out. Nobody knows whether the session has ended. */
export const signOutFailedPage = (reference: string): string =>
  page(
    'Not signed out',
    html`
<h1>You may still be signed in</h1>
<p role="alert">Please reload this page. If it stays, tell us the reference.</p>
${referenceLine(reference)}`,
  );
