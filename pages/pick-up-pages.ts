import { type Html, html } from './html.ts';
import { page } from './page.ts';

/**
 * Returns the page that asks for the code. It is the same for every link, so it reveals nothing about one.
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

/** Returns the page that shows the client secret, once. */
export function credentialsPage({
  clientId,
  clientSecret,
  tokenUrl,
  scopes,
}: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
}): string {
  const scope = scopes.join(' ');
  const sample = `curl --user ${quoted(clientId)} \\
  --data grant_type=client_credentials \\
  --data-urlencode ${quoted(`scope=${scope}`)} \\
  ${quoted(tokenUrl)}`;
  return page(
    'Your API credentials',
    html`
<h1>Your API credentials</h1>
<p class="notice caution" role="alert"><strong>This page is shown only this once.</strong> Store the client secret in a safe place now: once you close or reload the page, nobody can show it to you again.</p>
<dl>
${value('Client ID', 'client-id', clientId)}
${value('Client secret', 'client-secret', clientSecret)}
${value('Token URL', 'token-url', tokenUrl)}
${value(scopes.length === 1 ? 'Scope' : 'Scopes', 'scopes', scope)}
</dl>
<p class="unseen" role="status"></p>
<h2>Try it</h2>
<p>This command asks for an access token. When it prompts for a password, paste the client secret; that keeps the secret out of your shell’s history.</p>
<dl>${value('Command', 'command', sample)}</dl>
<p>Then send the <code>access_token</code> with every call, in the header <code>Authorization: Bearer …</code></p>`,
  );
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

const value = (name: string, id: string, text: string): Html => html`<div>
<dt>${name}</dt>
<dd><code id="${id}">${text}</code></dd>
<dd><button type="button" data-copies="${id}" data-name="${name}" hidden><span>Copy</span><span class="unseen"> ${name}</span></button></dd>
</div>`;

/** Quotes a text as one word of a POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
