import { html } from './html.ts';

/**
 * The style of every page. No strings are inserted into it, because its hash is part of the
 * Content-Security-Policy.
 */
export const stylesheet = html`
:root {
  color-scheme: light dark;
  --paper: #f1f4f7; --card: #ffffff; --ink: #17202b; --soft: #4a5768; --line: #d3dae3; --edge: #626e80;
  --accent: #0b5c6b; --on-accent: #ffffff; --well: #f4f6f9;
  --caution: #fff3d1; --on-caution: #4a3300; --caution-edge: #d99a00;
  --alarm: #fdeceb; --on-alarm: #7d160f; --alarm-edge: #c9352b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f141a; --card: #19202a; --ink: #e7ecf2; --soft: #aeb9c7; --line: #323d4b; --edge: #8794a6;
    --accent: #74d2de; --on-accent: #06262c; --well: #111820;
    --caution: #33290f; --on-caution: #ffe3a1; --caution-edge: #d99a00;
    --alarm: #3a1917; --on-alarm: #ffc9c4; --alarm-edge: #ef6a60;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; padding: clamp(1rem, 6vh, 5rem) 1rem 2rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main {
  max-width: 38rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 2.25rem);
  background: linear-gradient(var(--brand, var(--accent)) 5px, transparent 0) var(--card);
  border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere;
}
h1 { margin: 0 0 .75rem; font-size: 1.625rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
a { color: var(--accent); }
.brand { margin-bottom: .5rem; font-weight: 700; }
p { margin: 0 0 1rem; }
p code, li code { font-size: .9375em; }
main > :last-child { margin-bottom: 0; }
.soft { color: var(--soft); font-size: .9375rem; }
.notice { padding: .875rem 1rem; border-left: 4px solid; border-radius: .5rem; }
.caution { background: var(--caution); color: var(--on-caution); border-color: var(--caution-edge); }
.alarm { background: var(--alarm); color: var(--on-alarm); border-color: var(--alarm-edge); }
form { margin: 1.5rem 0; }
label, dt { display: block; margin-bottom: .375rem; font-weight: 600; }
input {
  width: 100%; padding: .75rem 1rem; font-size: 1.5rem; letter-spacing: .12em; text-transform: uppercase;
  color: inherit; background: var(--well); border: 1px solid var(--edge); border-radius: .625rem;
}
input, code {
  font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-variant-numeric: slashed-zero; font-variant-ligatures: none;
}
input.plain { letter-spacing: 0; text-transform: none; font-family: inherit; font-size: 1.125rem; }
input::placeholder { color: var(--edge); opacity: 1; }
input[aria-invalid=true] { border-color: var(--alarm-edge); }
#hint { margin: .5rem 0 1.25rem; }
button {
  min-height: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; border-radius: .625rem; cursor: pointer;
  color: var(--accent); background: transparent; border: 1px solid var(--edge);
}
form button { width: 100%; min-height: 3.25rem; color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
button[aria-disabled=true] { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
dl { margin: 1.5rem 0; }
dl > div { display: grid; grid-template-columns: 1fr auto; gap: .375rem .75rem; align-items: center; margin-bottom: 1.25rem; }
dt { margin: 0; }
dd { margin: 0; }
dd:has(code) { grid-area: 2 / 1 / auto / span 2; }
dd code {
  display: block; padding: .625rem .875rem; background: var(--well); border: 1px solid var(--line);
  border-radius: .625rem; font-size: .9375rem; line-height: 1.6; white-space: pre-wrap; word-break: break-all; user-select: all;
}
.facts > div { display: block; margin-bottom: 1rem; }
.anchor { color: var(--soft); font-weight: 400; text-decoration: none; }
:target { outline: 2px solid var(--brand, var(--accent)); outline-offset: .5rem; border-radius: .25rem; }
.facts code { display: inline; padding: 0; background: none; border: 0; word-break: normal; overflow-wrap: anywhere; }
details { margin: 0 0 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .625rem; }
summary { font-weight: 600; cursor: pointer; }
details[open] summary { margin-bottom: .75rem; }
details dl, details dl > div { margin-bottom: 0; }
details code { word-break: normal; overflow-wrap: anywhere; }
dd button { min-width: 6rem; min-height: 2.5rem; padding: .25rem .75rem; font-size: .9375rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30rem) {
  body { padding: 0; background: var(--card); }
  main { border: 0; border-radius: 0; }
}
`;
