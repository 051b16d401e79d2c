import { randomBytes, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { InboxMail } from '../kernel/inbox.ts';
import type { Collection, Store } from '../kernel/store.ts';
import { activationMail } from './activation-mail.ts';
import type { Directory, OktaUser } from './directory.ts';
import type { Passwords } from './passwords.ts';

const linkSeconds = 7 * 24 * 3600;

interface ActivationLink {
  readonly userId: string;
  /** ISO 8601. */
  readonly until: string;
}

/** The activation of a new user, who sets a password through the link in a mail. */
export interface Activation {
  /**
   * Sends the mail with the link.
   *
   * @param orgUrl the URL that the link begins with
   */
  send(user: OktaUser, orgUrl: string): void;
  /** The pages of the link: `{token}` below `/welcome`. */
  readonly routes: Hono;
}

export function createActivation({
  store,
  clock,
  inbox,
  directory,
  passwords,
}: {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly inbox: Collection<InboxMail>;
  readonly directory: Directory;
  readonly passwords: Passwords;
}): Activation {
  const links = store.collection<ActivationLink>('okta-activation-links');
  /**
   * Returns the user of a link. A link is valid once, for a week, and while the user waits for activation.
   */
  const userOfLink = (token: string): OktaUser | undefined => {
    const link = links.get(token);
    const user =
      link !== undefined && clock.now() < new Date(link.until) ? directory.users.get(link.userId) : undefined;
    return user?.status === 'PROVISIONED' ? user : undefined;
  };

  const routes = new Hono();
  routes.get('/:token', (context) => {
    const user = userOfLink(context.req.param('token'));
    return user === undefined ? context.html(gone, 404) : context.html(form(user.profile['login'] ?? ''));
  });
  routes.post('/:token', async (context) => {
    const token = context.req.param('token');
    const user = userOfLink(token);
    if (user === undefined) return context.html(gone, 404);
    const { password } = await context.req.parseBody();
    if (typeof password !== 'string' || !passwords.isGoodEnough(password)) {
      return context.html(form(user.profile['login'] ?? '', tooShort), 400);
    }
    await passwords.set(user.id, password);
    directory.change(user, { status: 'ACTIVE' });
    links.delete(token);
    return context.html(page(html`<p>Your account is active.</p>`));
  });

  return {
    send: (user, orgUrl) => {
      const token = randomBytes(20).toString('base64url');
      links.put(token, { userId: user.id, until: secondsAfter(clock.now(), linkSeconds).toISOString() });
      inbox.put(randomUUID(), activationMail(user, new URL(`/welcome/${token}`, orgUrl).href, clock.now()));
    },
    routes,
  };
}

type Html = ReturnType<typeof html>;

const page = (content: Html): Html =>
  html`<!doctype html><html lang="en"><title>Welcome to Okta</title><body>${content}</body></html>`;
const gone = page(html`<p>This link is used up, too old, or was never sent.</p>`);
const tooShort = html`<p>A password has 8 characters or more.</p>`;
const form = (login: string, complaint: Html = html``): Html =>
  page(html`${complaint}<form method="post">
<label>Password for ${login} <input name="password" type="password" autocomplete="new-password" required></label> <button>Activate my account</button>
</form>`);
