import type { TicketJournal } from './told.ts';
import type { Submission } from './requests.ts';
import type { Things } from './things.ts';
import { creditReports } from '../../support/shipped-catalogue.ts';

/** Returns what a b2b-onboarding for credit reports creates: one of each. */
export function wholeOf({ variables: { user_id: login = '', email = '' } }: Submission): Things {
  const scopes = ['credit-reports/read'];
  return {
    users: [{ login, email, status: 'PROVISIONED', groups: [creditReports.group] }],
    claims: [login, `${login} in a group`],
    clients: [{ flows: ['client_credentials'], scopes }],
    keys: [{ enabled: true, plans: ['sallyport-dev-standard'] }],
    mappings: [{ status: 'active', scopes, ipRanges: ['203.0.113.10', '2001:db8:7::/48'] }],
    links: [{ number: 1, state: 'live' }],
    openTasks: [],
  };
}

/** The journal of a b2b-onboarding that is Done: each entry once. */
export const wholeJournal: TicketJournal = {
  state: '3',
  work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'Done'],
  comments: ['Accepted', 'code-1', 'Done'],
};

/** The same journal if the EWACS account had to be requested. */
export const wholeJournalWithEwacs: TicketJournal = {
  ...wholeJournal,
  work_notes: ['Accepted', 'EwacsAccountConfirmed', 'ProfileReady', 'ClientReady', 'Done'],
};
