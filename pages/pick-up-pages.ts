import type { Credentials } from '../core/credentials/pick-up.ts';
import { programSections, value } from './copyable.ts';
import { firstCallPrograms } from './first-call.ts';
import { type Html, html } from './html.ts';
import { linked } from './linked.ts';
import { contractEndInWords } from './mail-letter.ts';
import { page } from './page.ts';

/**
 * Returns the page that asks for the code. It is the same for every link that works, so it reveals nothing else
 * about one.
 */
export function codePage(): string {
  return page(
    'Pick up your API credentials',
    html`
<h1>Pick up your API credentials</h1>
<p>Please enter the code that the business unit passed on to you. It is not in the mail that brought you here.</p>
${codeForm(false)}
<p class="soft">The credentials are shown once. Go on when you are ready to store them.</p>`,
  );
}

/**
 * Returns the page for a wrong code.
 * @param triesLeft the remaining attempts; at 0 the link is locked, and the page has no form
 */
export function wrongCodePage({ triesLeft }: { readonly triesLeft: number }): string {
  if (triesLeft === 0) {
    return page(
      'Link locked',
      html`
<h1>This link is locked</h1>
<p class="notice alarm" role="alert">That was the wrong code, and the last try. No credentials were shown.</p>
<p>The business unit that asked for your access has been told. Ask them for a new link and a new code.</p>`,
    );
  }
  return page(
    'Wrong code',
    html`
<h1>Pick up your API credentials</h1>
<p class="notice alarm" role="alert" id="wrong">That is not the right code. ${triesLeft === 1 ? 'One try is left; after that' : `${triesLeft} tries are left; after them`} the link is locked.</p>
<p>Please compare with what the business unit passed on to you. If it sent a newer code, only that one works, with the newest link.</p>
${codeForm(true)}`,
  );
}

/**
 * Returns the page for a code that is missing or cannot be one, with the form for another try (422).
 * @param why a sentence that says what a code looks like
 */
export function unusableCodePage(why: string): string {
  return page(
    'Not a code',
    html`
<h1>Pick up your API credentials</h1>
<p class="notice alarm" role="alert" id="wrong">${why}</p>
<p>Please compare with what the business unit passed on to you.</p>
${codeForm(true)}`,
  );
}

/** Returns the page that shows the client secret, once, and how to use it. */
export function credentialsPage(credentials: Credentials): string {
  const { brand, product, environment, clientId, clientSecret, tokenUrl, apiUrl, scopes } = credentials;
  return page(
    'Your API credentials',
    html`
<p class="brand">${brand.name}</p>
<h1>Your API credentials</h1>
<p>For the API <strong>${product.name}</strong> in the environment <strong>${environment}</strong>.</p>
<p class="notice caution" role="alert"><strong>This page is shown only this once.</strong> Store the client secret in a safe place now: once you close or reload the page, nobody can show it to you again.</p>
<dl>
${value('Client ID', 'client-id', clientId)}
${value('Client secret', 'client-secret', clientSecret)}
${value('Token URL', 'token-url', tokenUrl)}
${value('API base address', 'api-url', apiUrl)}
${value(scopes.length === 1 ? 'Scope' : 'Scopes', 'scopes', scopes.join(' '))}
</dl>
<p class="unseen" role="status"></p>
<h2>Your access</h2>
<dl class="facts">
${accessFacts(credentials)}
</dl>
${firstCallSection(credentials)}
<p class="soft">Questions? ${linked(brand.support)}</p>`,
    { accent: brand.accent },
  );
}

function firstCallSection(credentials: Credentials): Html {
  const programs = firstCallPrograms(credentials);
  if (programs === undefined) {
    return html`<h2>Your first call</h2>
<p>Your scopes allow no route of this API yet. Please ask for others at the address below.</p>`;
  }
  return html`<h2>Your first call</h2>
<p>Each of these gets an access token and makes a call. It asks for the client secret (curl calls it the host password), so that the secret stands in no file and no history. Call from an address that is registered for you.</p>
${programSections(programs)}
<p>A token works for some minutes. Send it with every call, in the header <code>Authorization: Bearer …</code>, and get a new one when it expires.</p>`;
}

function accessFacts({ routes, ipRanges, contractEnd, documentationUrl }: Credentials): readonly Html[] {
  return [
    html`<div><dt>${routes.length === 1 ? 'Route' : 'Routes'}</dt><dd>${routes.map(
      ({ method, path, scope }) => html`<code>${method} ${path}</code> with ${scope}<br>`,
    )}</dd></div>`,
    html`<div><dt>Calls accepted from</dt><dd>${ipRanges.join(', ')}</dd></div>`,
    html`<div><dt>Contract ends</dt><dd>${contractEndInWords(contractEnd)}</dd></div>`,
    html`<div><dt>Documentation</dt><dd><a href="${documentationUrl}" target="_blank" rel="noopener">${documentationUrl}</a></dd></div>`,
  ];
}

/** Returns the page for a link that is no longer valid, for whatever reason (410). */
export function gonePage(): string {
  return page(
    'Link no longer valid',
    html`
<h1>This link no longer works</h1>
<p>It has been used, has expired, was locked after too many wrong codes, or a newer one has replaced it.</p>
<p>If you have a newer mail, use the link in that. Otherwise, ask the business unit that asked for your access for a new link and a new code.</p>
<p class="notice caution">If the credentials were picked up and it was not you or a colleague, tell the business unit at once.</p>`,
  );
}

/** Builds the form for the code. Without an action, it posts to its own address, which is the link. */
const codeForm = (again: boolean): Html => html`<form method="post" autocomplete="off">
<label for="code">Code</label>
<input id="code" name="code" type="text" inputmode="text" autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" spellcheck="false"
  required autofocus placeholder="XXXX-XXXX"
  aria-describedby="${again ? 'wrong hint' : 'hint'}" aria-invalid="${String(again)}">
<p class="soft" id="hint">Eight letters and digits, capital or small, with or without the hyphen.</p>
<button type="submit">Show the credentials</button>
</form>`;
