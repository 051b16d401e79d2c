import { type Html, html } from './html.ts';
import type { Fact, Letter } from './mail-letter.ts';

const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const mono = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** Styles for mail programs that support dark mode. The others keep or invert the colours of each element. */
const darkMode = html`
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #12161c !important; }
  .card { background-color: #1c222b !important; }
  .text { color: #e6ebf1 !important; }
  .soft { color: #b3bdca !important; }
  .note { background-color: #2a313c !important; color: #e6ebf1 !important; }
  .line { border-color: #3a4452 !important; }
  .action { border-color: #8d98a8 !important; }
}`;

/**
 * Builds the HTML form of the letter: tables and inline styles, without images or anything else to be
 * fetched.
 */
export function mailHtml(letter: Letter): string {
  const {
    brandName,
    accent,
    subject,
    greeting,
    news,
    invitation,
    link,
    expiry,
    code,
    warning,
    facts,
    support,
  } = letter;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${darkMode}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f2f4f7;">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f2f4f7;"><tr><td align="center" style="padding:24px 12px;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:580px;background-color:#ffffff;border-radius:10px;border-top:6px solid ${accent};">
<tr><td class="text" style="padding:24px 28px 8px;font:700 18px/1.4 ${sans};color:#1b2430;">${brandName}</td></tr>
<tr><td style="padding:12px 28px 28px;">
${paragraph(greeting)}
${paragraph(news)}
<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0;"><tr><td class="action" bgcolor="${accent}" style="border:1px solid ${accent};border-radius:8px;background-color:${accent};">
<a href="${link}" style="display:inline-block;padding:14px 26px;border-radius:8px;font:600 16px/1.3 ${sans};color:${inkOn(accent)};text-decoration:none;">${invitation}</a>
</td></tr></table>
${paragraph(expiry)}
${paragraph(code)}
<p class="note" style="margin:20px 0;padding:14px 16px;border-radius:8px;background-color:#eef1f5;font:400 15px/1.5 ${sans};color:#1b2430;">${warning}</p>
<p class="soft" style="margin:0 0 4px;font:400 14px/1.5 ${sans};color:#4a5768;">If the button does nothing, open this address:</p>
<p class="text" style="margin:0 0 20px;font:400 14px/1.5 ${mono};color:#1b2430;word-break:break-all;"><a class="text" href="${link}" style="color:#1b2430;">${link}</a></p>
<table class="line" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-top:1px solid #d5dbe3;">
${facts.map(fact)}
</table>
<p class="soft line" style="margin:16px 0 0;padding-top:16px;border-top:1px solid #d5dbe3;font:400 14px/1.5 ${sans};color:#4a5768;">${support}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`.toString();
}

const paragraph = (text: string): Html =>
  html`<p class="text" style="margin:0 0 14px;font:400 16px/1.5 ${sans};color:#1b2430;">${text}</p>`;

const fact = ({ name, value, isLink = false }: Fact): Html => html`<tr>
<th class="soft" scope="row" align="left" valign="top" style="padding:12px 16px 0 0;font:400 14px/1.5 ${sans};color:#4a5768;white-space:nowrap;">${name}</th>
<td class="text" width="100%" style="padding:12px 0 0;font:400 14px/1.5 ${mono};color:#1b2430;word-break:break-word;overflow-wrap:anywhere;">${isLink ? html`<a class="text" href="${value}" style="color:#1b2430;">${value}</a>` : value}</td>
</tr>`;

/**
 * Returns black or white, whichever is more legible on the colour. The contrast is at least 4.58 : 1 (WCAG
 * 2.2, relative luminance).
 */
function inkOn(colour: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? '#000000' : '#ffffff';
}
