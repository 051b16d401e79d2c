import { inbox, ticketsOf } from '../../../clients/partner.ts';
import type { TwinUrls } from '../../../clients/twin-process.ts';

/** What readers of a ticket see. */
export interface TicketJournal {
  readonly state: string;
  readonly work_notes: readonly string[];
  readonly comments: readonly string[];
}

export async function journalOf(urls: TwinUrls, number: string): Promise<TicketJournal> {
  const ticket = (await ticketsOf(urls)).find((each) => each.number === number);
  if (ticket === undefined) throw new Error(`there is no ticket ${number}`);
  return {
    state: ticket.state,
    work_notes: ticket.work_notes.map(({ text }) => text),
    comments: ticket.comments.map(({ text }) => text),
  };
}

/** Returns the journal by the references at the ends of its entries: `Accepted`, `code-1`, … */
export async function entriesOf(urls: TwinUrls, number: string): Promise<TicketJournal> {
  const { state, work_notes, comments } = await journalOf(urls, number);
  const entryOf = (text: string): string => /\n\n\(ref [^/]+\/(.+)\)$/u.exec(text)?.[1] ?? text;
  return { state, work_notes: work_notes.map(entryOf), comments: comments.map(entryOf) };
}

/** Returns the mails to this recipient, each as `source: subject`. */
export async function mailsTo(urls: TwinUrls, recipient: string): Promise<readonly string[]> {
  return (await inbox(urls))
    .filter(({ to }) => to === recipient)
    .map(({ source, subject }) => `${source}: ${subject}`);
}

/** Returns the links that were mailed for an onboarding, mail by mail. */
export async function linksMailed(urls: TwinUrls, onboardingId: string): Promise<readonly string[]> {
  return (await inbox(urls))
    .filter(({ tags }) => tags['onboarding'] === onboardingId)
    .map(({ text }) => /https?:\S+\/credentials\/[\w-]+/u.exec(text)?.[0] ?? 'no link');
}

interface AlertDetail {
  readonly onboardingId: string;
  readonly status: string;
}

/** Returns the alerts to the operators about one onboarding. */
export async function alertsOf({ gateway }: TwinUrls, onboardingId: string): Promise<readonly AlertDetail[]> {
  const events = (await (await fetch(`${gateway}/_twin/events`)).json()) as readonly {
    readonly detailType: string;
    readonly detail: AlertDetail;
  }[];
  return events.flatMap(({ detailType, detail }) =>
    detailType === 'Onboarding Needs Operator' && detail.onboardingId === onboardingId ? [detail] : [],
  );
}
