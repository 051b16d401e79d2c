import { html } from './html.ts';

/**
 * What the pick-up pages do better with JavaScript: the code is posted once however often the button is
 * pressed (of two answers the browser would show the second, which is that the link is used), and values
 * can be copied. No strings are put into it: its hash is part of the policy.
 */
export const script = html`
const form = document.querySelector('form');
const send = document.querySelector('form button');
const busy = (yes) => {
  send.setAttribute('aria-disabled', yes);
  send.textContent = yes ? 'One moment…' : 'Show the credentials';
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
