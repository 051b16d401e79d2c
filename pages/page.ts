import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { script } from './page-script.ts';
import { stylesheet } from './page-style.ts';

const hashOf = (text: Html): string =>
  `'sha256-${createHash('sha256').update(text.toString()).digest('base64')}'`;

/**
 * The `Content-Security-Policy` of every page here. It allows the style and the script below, and a form that
 * posts to the page itself.
 */
export const contentSecurityPolicy = policyWith([stylesheet], "'self'");

/**
 * Returns the `Content-Security-Policy` of a page in the look of a brand.
 * @param formTargets where forms may lead. Chromium holds every redirect that follows a form to it.
 */
export const brandedPolicy = (look: Look, formTargets = "'self'"): string =>
  policyWith([stylesheet, brandStyle(look)], formTargets);

function policyWith(styles: readonly Html[], formTargets: string): string {
  return [
    "default-src 'none'",
    `style-src ${styles.map(hashOf).join(' ')}`,
    `script-src ${hashOf(script)}`,
    `form-action ${formTargets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The look of a brand. */
export interface Look {
  /** `#rrggbb` */
  readonly accent: string;
}

/** A style of its own, because the other one is the same for every brand. */
const brandStyle = ({ accent }: Look): Html => html`:root { --brand: ${accent}; }`;

/** Returns the page for any other problem. */
export function problemPage({ title, detail }: { readonly title: string; readonly detail: string }): string {
  return page(
    title,
    html`
<h1>${title}</h1>
<p role="alert">${detail}</p>`,
  );
}

/**
 * Builds a page from its title and its content. Every page that people see has this frame.
 * @param look the look of a brand, if the page is one of a brand's; its policy is then `brandedPolicy`
 */
export function page(title: string, content: Html, look?: Look): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${stylesheet}</style>${look === undefined ? '' : html`<style>${brandStyle(look)}</style>`}
</head>
<body>
<main>${content}
</main>
<script>${script}</script>
</body>
</html>
`.toString();
}
