import type { FirstCallPrograms } from './first-call.ts';
import { type Html, html } from './html.ts';

/**
 * Returns a group of a definition list: a value with its name, and a button that copies it.
 * @param copied what the button says that it copies
 */
export const value = (name: string, id: string, text: string, copied = name): Html => html`<div>
<dt>${name}</dt>
<dd><code id="${id}">${text}</code></dd>
<dd><button type="button" data-copies="${id}" data-name="${copied}" hidden><span>Copy</span><span class="unseen"> ${copied}</span></button></dd>
</div>`;

/** Returns the programs, each with how to run it. The first is open. */
export const programSections = ({ curl, node, python }: FirstCallPrograms): Html =>
  html`${[
    program('curl', 'curl', ' open', 'Paste it into a terminal with bash, zsh or sh.', curl),
    program('Node.js', 'node', '', 'Save it as first-call.mjs, then run: node first-call.mjs', node),
    program('Python', 'python', '', 'Save it as first_call.py, then run: python3 first_call.py', python),
  ]}`;

const program = (
  name: string,
  id: string,
  open: '' | ' open',
  how: string,
  text: string,
): Html => html`<details${open}>
<summary>${name}</summary>
<p>${how}</p>
<dl>${value('Program', id, text, `Program for ${name}`)}</dl>
</details>`;
