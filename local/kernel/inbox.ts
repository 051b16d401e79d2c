import type { Collection, Store } from './store.ts';

/** A mail that a stand-in has sent, as `GET /_twin/inbox` lists it. */
export interface InboxMail {
  readonly source: 'ses' | 'okta';
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly sentAt: string;
}

/** Opens the inbox: every mail sent, by message id. */
export const openInbox = (store: Store): Collection<InboxMail> => store.collection('inbox');
