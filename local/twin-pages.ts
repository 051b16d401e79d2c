import { html, type Html } from '../pages/html.ts';

/**
 * The pages of the twin for a browser. They show the same as the JSON of the same addresses. Every value is
 * escaped.
 */

const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:color-mix(in srgb,CanvasText 7%,Canvas);padding:.6rem;border-radius:.3rem;margin:.3rem 0}
a{overflow-wrap:anywhere}dt{font-weight:600}dd{margin:0 0 .6rem;overflow-wrap:anywhere}
article{border-top:1px solid color-mix(in srgb,CanvasText 25%,Canvas);padding-top:.6rem;margin-top:.6rem}`;

const page = (title: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>
`.toString();

interface Entry {
  readonly name: string;
  readonly about: string;
  /** The address to link. Undefined if there is nothing to open. */
  readonly href?: string;
}

/** Returns the front page: where everything is. */
export function frontPage(urls: Readonly<Record<string, string>>, operations: readonly Entry[]): string {
  const entry = ({ name, about, href }: Entry): Html =>
    html`<dt>${href === undefined ? name : html`<a href="${href}">${name}</a>`}</dt>
<dd>${about}</dd>
`;
  const addresses = Object.entries(urls).map(([name, url]) => ({ name, about: url }));
  return page(
    'The twin',
    html`<p>Sallyport on this machine: every part in one process, with the production code.</p>
<h2>What happened</h2>
<dl>${whatHappened.map(entry)}</dl>
<h2>Descriptions of the APIs</h2>
<dl>${descriptions.map(entry)}</dl>
<h2>What you can set</h2>
<dl>${operations.map(entry)}</dl>
<h2>Where the parts answer</h2>
<dl>${addresses.map(entry)}</dl>
<h2>Documentation</h2>
<p>docs/README.md lists every document. A first request: <code>npm run send -- events/samples/b2b-onboarding-us.json</code></p>`,
  );
}

const whatHappened: readonly Entry[] = [
  { name: 'Mails', href: '/_twin/inbox', about: 'what SES and Okta have sent, with links and codes' },
  { name: 'Tickets', href: '/_twin/tickets', about: 'the ServiceNow records with their journals' },
  { name: 'Executions', href: '/_twin/executions', about: 'the workflows in Step Functions' },
  { name: 'Events', href: '/_twin/events', about: 'alerts to the operators' },
  {
    name: 'Permissions',
    href: '/_twin/permissions',
    about: 'what the roles allow, and how often it was used',
  },
];
const descriptions: readonly Entry[] = [
  {
    name: 'Operator API (OpenAPI)',
    href: '/operator/openapi.json',
    about: 'partners, contracts, clients and issuers; a token: npm run operator-token -- --role operator',
  },
  {
    name: 'Authorization server metadata',
    href: '/.well-known/oauth-authorization-server',
    about: 'the token endpoint and its grants (RFC 8414)',
  },
];

/** Returns a page that lists records, the newest first. */
export function recordsPage(title: string, records: readonly unknown[]): string {
  const articles = records
    .toReversed()
    .map((record) => html`<article><dl>${fieldsOf(record)}</dl></article>`);
  const none = html`<p>There is nothing here yet.</p>`;
  return page(
    title,
    html`<p><a href="/_twin/">The twin</a></p>
${articles.length === 0 ? none : articles}`,
  );
}

const fieldsOf = (record: unknown): readonly Html[] =>
  Object.entries(typeof record === 'object' && record !== null ? record : { value: record })
    // The HTML of a mail says the same as its text.
    .filter(([name]) => name !== 'html')
    .map(([name, value]) => html`<dt>${name}</dt><dd>${valueOf(value)}</dd>`);

function valueOf(value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);
  return text.includes('\n') ? html`<pre>${text}</pre>` : html`${text}`;
}
