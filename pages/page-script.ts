import { html } from './html.ts';

/**
 * The script of every page. It submits a form only once, however often the button is pressed.
 * Otherwise the browser would show the second answer, which says that the link is used. It also copies
 * values. No strings are inserted into it, because its hash is part of the Content-Security-Policy.
 */
export const script = html`
const form = document.querySelector('form');
const send = document.querySelector('form button');
const words = send?.textContent;
const busy = (yes) => {
  send.setAttribute('aria-disabled', yes);
  send.textContent = yes ? 'One moment…' : words;
};
if (form) {
  form.addEventListener('submit', (event) => {
    if (send.getAttribute('aria-disabled') === 'true') event.preventDefault();
    else busy(true);
  });
  addEventListener('pageshow', () => busy(false));
}

const status = document.querySelector('[role=status]');
const copyButtons = document.querySelectorAll('button[data-copies]');
for (const button of copyButtons) {
  const value = document.getElementById(button.dataset.copies);
  const name = button.dataset.name;
  button.hidden = false;
  button.addEventListener('click', async () => {
    for (const each of copyButtons) each.firstElementChild.textContent = 'Copy';
    try {
      await navigator.clipboard.writeText(value.textContent);
      button.firstElementChild.textContent = 'Copied';
      status.textContent = name + ' copied.';
    } catch {
      getSelection().selectAllChildren(value);
      status.textContent = name + ' selected: copy it with your keyboard or menu.';
    }
  });
}
`;
